import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.opensearch.Version;
import org.opensearch.common.settings.Settings;
import org.opensearch.env.Environment;
import org.opensearch.node.InternalSettingsPreparer;
import org.opensearch.node.Node;
import org.opensearch.plugins.PluginInfo;
import org.opensearch.transport.Netty4ModulePlugin;

/** Runs one OpenSearch node of version 3 in this JVM, with the plugins of HOME/plugins. Arguments: HOME SETTING=VALUE…; a value in brackets is a list. */
public final class Main extends Node {
    private Main(Environment environment, PluginInfo... plugins) { super(environment, List.of(plugins), false); }

    public static void main(String[] arguments) throws Exception {
        Settings.Builder settings = Settings.builder().put("path.home", arguments[0]);
        for (String argument : Arrays.asList(arguments).subList(1, arguments.length)) {
            String name = argument.substring(0, argument.indexOf('=')), value = argument.substring(argument.indexOf('=') + 1);
            if (value.startsWith("[")) {
                settings.putList(name, value.substring(1, value.length() - 1).split(","));
            } else {
                settings.put(name, value);
            }
        }
        var environment = InternalSettingsPreparer.prepareEnvironment(settings.build(), Map.of(), Path.of(arguments[0], "config"), () -> "node-0");
        String transport = Netty4ModulePlugin.class.getName();
        Node node = new Main(environment,
                new PluginInfo(transport, "HTTP and transport", Version.CURRENT.toString(), Version.CURRENT, "21", transport, null, List.of(), false));
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                node.close();
                node.awaitClose(10, TimeUnit.SECONDS);
            } catch (Exception problem) {
                problem.printStackTrace();
            }
            stopped.countDown();
        }));
        node.start();
        stopped.await();
    }
}
