import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.elasticsearch.Build;
import org.elasticsearch.client.internal.node.NodeClient;
import org.elasticsearch.cluster.metadata.DataStream;
import org.elasticsearch.cluster.metadata.Metadata;
import org.elasticsearch.cluster.service.ClusterService;
import org.elasticsearch.common.logging.LogConfigurator;
import org.elasticsearch.common.regex.Regex;
import org.elasticsearch.common.settings.KeyStoreWrapper;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.index.IndexNotFoundException;
import org.elasticsearch.index.IndexVersion;
import org.elasticsearch.node.InternalSettingsPreparer;
import org.elasticsearch.node.Node;
import org.elasticsearch.plugins.PluginBundle;
import org.elasticsearch.plugins.PluginsLoader;
import org.elasticsearch.rest.BaseRestHandler;
import org.elasticsearch.rest.RestController;
import org.elasticsearch.rest.RestRequest;
import org.elasticsearch.rest.RestResponse;
import org.elasticsearch.rest.RestStatus;
import org.elasticsearch.xcontent.ToXContent;
import org.elasticsearch.xcontent.XContentBuilder;

/**
 * Runs one Elasticsearch node of version 8 or 9 in this JVM, from the jars that are in Maven's central registry. Arguments: MODULES HOME SETTING=VALUE…
 * What the tests need of the modules that are not there is stood in for: GET / and GET /_data_stream here, more in Stand.java.
 */
public final class Main {
    private interface Body {
        void write(RestRequest request, XContentBuilder out) throws Exception;
    }

    private static void answer(RestController controller, String name, List<String> paths, Body body) {
        controller.registerHandler(new BaseRestHandler() {
            @Override public String getName() { return name; }

            @Override public List<Route> routes() {
                return paths.stream().flatMap(path -> List.of(new Route(RestRequest.Method.GET, path), new Route(RestRequest.Method.HEAD, path)).stream()).toList();
            }

            @Override protected RestChannelConsumer prepareRequest(RestRequest request, NodeClient client) {
                request.param("name");
                return channel -> {
                    XContentBuilder out = channel.newBuilder().startObject();
                    body.write(request, out);
                    channel.sendResponse(new RestResponse(RestStatus.OK, out.endObject()));
                };
            }
        });
    }

    private static void root(ClusterService cluster, XContentBuilder out) throws Exception {
        Build build = Build.current();
        out.field("name", "node-0").field("cluster_name", cluster.getClusterName().value()).field("cluster_uuid", cluster.state().metadata().clusterUUID());
        out.startObject("version").field("number", build.qualifiedVersion()).field("build_flavor", build.flavor());
        out.field("build_type", build.type().displayName()).field("build_snapshot", build.isSnapshot());
        out.field("lucene_version", IndexVersion.current().luceneVersion().toString()).endObject();
        out.field("tagline", "You Know, for Search");
    }

    @SuppressWarnings("unchecked")
    private static Map<String, DataStream> streams(ClusterService cluster) throws Exception {
        Object metadata = cluster.state().metadata();
        boolean projects = Arrays.stream(Metadata.class.getMethods()).anyMatch(method -> method.getName().equals("getProject") && method.getParameterCount() == 0);
        if (projects) metadata = Metadata.class.getMethod("getProject").invoke(metadata);  // since 9
        return (Map<String, DataStream>) metadata.getClass().getMethod("dataStreams").invoke(metadata);
    }

    private static void streams(ClusterService cluster, RestRequest request, XContentBuilder out) throws Exception {
        String[] names = request.param("name", "*").split(",");
        List<DataStream> found = streams(cluster).values().stream().filter(stream -> Regex.simpleMatch(names, stream.getName())).toList();
        if (found.isEmpty() && !request.param("name", "*").contains("*")) throw new IndexNotFoundException(names[0]);
        out.startArray("data_streams");
        for (DataStream stream : found) stream.toXContent(out, ToXContent.EMPTY_PARAMS);
        out.endArray();
    }

    @SuppressWarnings("unchecked")
    private static Set<PluginBundle> modules(Path folder) throws Exception {
        // 9 also wants to know whether a module may lack its list of stable plugins.
        var load = Arrays.stream(PluginsLoader.class.getMethods()).filter(method -> method.getName().equals("loadModulesBundles")).findFirst().orElseThrow();
        return (Set<PluginBundle>) (load.getParameterCount() == 1 ? load.invoke(null, folder) : load.invoke(null, folder, false));
    }

    public static void main(String[] arguments) throws Exception {
        LogConfigurator.configureESLogging();
        Settings.Builder settings = Settings.builder().put("path.home", arguments[1]);
        for (String argument : Arrays.asList(arguments).subList(2, arguments.length)) {
            settings.put(argument.substring(0, argument.indexOf('=')), argument.substring(argument.indexOf('=') + 1));
        }
        String password = System.getenv("ES_PASSWORD");
        if (password != null && !password.isEmpty()) {
            KeyStoreWrapper secrets = KeyStoreWrapper.create();
            secrets.setString("bootstrap.password", password.toCharArray());
            settings.setSecureSettings(secrets);
        }
        var environment = InternalSettingsPreparer.prepareEnvironment(settings.build(), Map.of(), Path.of(arguments[1], "config"), () -> "node-0");
        Node node = new Node(environment, PluginsLoader.createPluginsLoader(modules(Path.of(arguments[0])), Set.of(), Map.of(), false));
        RestController controller = node.injector().getInstance(RestController.class);
        ClusterService cluster = node.injector().getInstance(ClusterService.class);
        answer(controller, "root", List.of("/"), (request, out) -> root(cluster, out));
        answer(controller, "data_streams", List.of("/_data_stream", "/_data_stream/{name}"), (request, out) -> streams(cluster, request, out));

        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                node.prepareForClose();
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
