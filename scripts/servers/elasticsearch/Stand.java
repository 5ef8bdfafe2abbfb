import java.util.Map;
import java.util.Set;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.standard.StandardTokenizer;
import org.elasticsearch.cluster.metadata.DataStream;
import org.elasticsearch.features.FeatureSpecification;
import org.elasticsearch.features.NodeFeature;
import org.elasticsearch.index.analysis.TokenFilterFactory;
import org.elasticsearch.index.analysis.TokenizerFactory;
import org.elasticsearch.index.mapper.Mapper;
import org.elasticsearch.index.mapper.TextFieldMapper;
import org.elasticsearch.indices.analysis.AnalysisModule.AnalysisProvider;
import org.elasticsearch.plugins.AnalysisPlugin;
import org.elasticsearch.plugins.MapperPlugin;
import org.elasticsearch.transport.netty4.Netty4Plugin;

/** The one module of a node without security: HTTP and transport, and stand-ins. */
public final class Stand extends Netty4Plugin implements MapperPlugin, AnalysisPlugin {
    /** Here it takes as much room as a text. */
    @Override public Map<String, Mapper.TypeParser> getMappers() { return Map.of("match_only_text", TextFieldMapper.PARSER); }

    /** The index of users and keys has an analyzer for e-mail addresses, which nobody asks. */
    @Override public Map<String, AnalysisProvider<TokenizerFactory>> getTokenizers() {
        return Map.of("uax_url_email", (index, environment, name, settings) -> TokenizerFactory.newFactory(name, StandardTokenizer::new));
    }

    @Override public Map<String, AnalysisProvider<TokenFilterFactory>> getTokenFilters() {
        AnalysisProvider<TokenFilterFactory> none = (index, environment, name, settings) -> new TokenFilterFactory() {
            @Override public String name() { return name; }

            @Override public TokenStream create(TokenStream tokens) { return tokens; }
        };
        return Map.of("pattern_capture", none, "unique", none);
    }

    /** The failure store is in the server, the flag that it may be used is in a module that is not in the registry. */
    public static final class Features implements FeatureSpecification {
        @Override public Set<NodeFeature> getFeatures() { return Set.of(DataStream.DATA_STREAM_FAILURE_STORE_FEATURE); }
    }
}
