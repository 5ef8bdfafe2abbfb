import java.util.Map;
import java.util.Set;
import org.elasticsearch.cluster.metadata.DataStream;
import org.elasticsearch.features.FeatureSpecification;
import org.elasticsearch.features.NodeFeature;
import org.elasticsearch.index.mapper.Mapper;
import org.elasticsearch.index.mapper.TextFieldMapper;
import org.elasticsearch.plugins.MapperPlugin;
import org.elasticsearch.transport.netty4.Netty4Plugin;

/** The one module of the node: HTTP and transport, and a field type that here takes as much room as text. */
public final class Stand extends Netty4Plugin implements MapperPlugin {
    @Override public Map<String, Mapper.TypeParser> getMappers() { return Map.of("match_only_text", TextFieldMapper.PARSER); }

    /** The failure store is in the server, the flag that it may be used is in a module that is not in the registry. */
    public static final class Features implements FeatureSpecification {
        @Override public Set<NodeFeature> getFeatures() { return Set.of(DataStream.DATA_STREAM_FAILURE_STORE_FEATURE); }
    }
}
