package org.workedanswers.transformer;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.workedanswers.attention.Mask;
import org.workedanswers.attention.MultiHead;
import org.workedanswers.checkpoints.OnnxModel;
import org.workedanswers.checkpoints.Tensor;
import org.workedanswers.core.Check;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.ModelShape;
import org.workedanswers.moe.Activation;

/**
 * BERT's encoder from its files: learned positions and types, LayerNorm after the parts, GELU,
 * biases.
 *
 * <p>Tensors go by Hugging Face's names:
 *
 * <pre>
 * embeddings.word_embeddings.weight, position_embeddings, token_type_embeddings   [... x d]
 * embeddings.LayerNorm.weight, bias                                               [d]
 * encoder.layer.N.attention.self.query, key, value; attention.output.dense        [d x d]
 * encoder.layer.N.attention.output.LayerNorm, output.LayerNorm                    [d]
 * encoder.layer.N.intermediate.dense, output.dense                                [d_ff x d], [d x d_ff]
 * </pre>
 *
 * An ONNX export names biases, norms and tables so, and its matrices [in x out] only by the node
 * that multiplies with them. Source: Devlin et al., <i>BERT</i>, 2019, section 3.
 */
public final class Bert {
  /** BERT's ε, under the root of LayerNorm. */
  public static final double EPSILON = 1e-12;

  /** Where a layer W [out x in] with its bias comes from. */
  private interface Source {
    Tensor tensor(String name);

    Linear linear(String part, int out, int in);
  }

  private final ModelShape shape;
  private final double epsilon;
  private final Source source;

  private Bert(ModelShape shape, double epsilon, Source source) {
    Check.that(
        shape.kind() == ModelShape.Kind.ENCODER && shape.feedForward().experts() == 1,
        "%s is no dense encoder: BERT is one",
        shape.name());
    this.shape = shape;
    this.epsilon = epsilon;
    this.source = source;
  }

  /**
   * The encoder of an ONNX file, in float32.
   *
   * @param shape what the file does not say: layers, heads
   * @throws IllegalArgumentException if a tensor is missing or has another shape
   */
  public static Encoder encoder(ModelShape shape, double epsilon, OnnxModel model) {
    Source source =
        new Source() {
          @Override
          public Tensor tensor(String name) {
            return model.tensor(name);
          }

          @Override
          public Linear linear(String part, int out, int in) {
            String node = "/" + part.replace('.', '/').replace("layer/", "layer.") + "/MatMul";
            Matrix w = model.weightOf(node).matrix(); // [in x out]
            Check.shape(node, w, in, out);
            return Linear.denseInOut(w, model.tensor(part + ".bias").floats());
          }
        };
    return new Bert(shape, epsilon, source).encoder();
  }

  /**
   * The encoder of tensors by their names, with or without {@code bert.} before them.
   *
   * @param shape what the tensors do not say: layers, heads
   * @throws IllegalArgumentException if a tensor is missing or has another shape
   */
  public static Encoder encoder(
      ModelShape shape, double epsilon, Map<String, Tensor> tensors, Storage storage) {
    String prefix = tensors.containsKey("bert.embeddings.word_embeddings.weight") ? "bert." : "";
    NamedWeights weights = new NamedWeights(tensors, storage);
    Source source =
        new Source() {
          @Override
          public Tensor tensor(String name) {
            return weights.tensor(prefix + name);
          }

          @Override
          public Linear linear(String part, int out, int in) {
            return weights.linear(prefix + part + ".weight", prefix + part + ".bias", out, in);
          }
        };
    return new Bert(shape, epsilon, source).encoder();
  }

  private Encoder encoder() {
    ModelShape.Embedding e = shape.embedding();
    List<Layer> layers = new ArrayList<>();
    for (int l = 0; l < shape.layers(); l++) {
      layers.add(layer("encoder.layer." + l + "."));
    }
    Embeddings embeddings =
        new Embeddings(
            TokenTable.of(table("word_embeddings", e.vocabulary())),
            Optional.of(table("position_embeddings", e.positions())),
            Optional.of(table("token_type_embeddings", e.tokenTypes())),
            Optional.of(norm("embeddings.LayerNorm")));
    return new Encoder(embeddings, new Stack(layers, Optional.empty(), Mask.full()));
  }

  private Layer layer(String part) {
    int d = shape.dModel();
    int h = shape.feedForward().dFf();
    int own = shape.attention().heads() * shape.attention().headSize();
    int shared = shape.attention().kvHeads() * shape.attention().headSize();
    SelfAttention attention =
        new SelfAttention(
            new MultiHead(shape.attention().heads(), shape.attention().kvHeads()),
            Linear.joined(
                source.linear(part + "attention.self.query", own, d),
                source.linear(part + "attention.self.key", shared, d),
                source.linear(part + "attention.self.value", shared, d)),
            source.linear(part + "attention.output.dense", d, own),
            Optional.empty(),
            Optional.empty());
    Mlp mlp =
        Mlp.dense(
            source.linear(part + "intermediate.dense", h, d),
            source.linear(part + "output.dense", d, h),
            Activation.GELU);
    return new Layer(
        NormPlace.POST,
        attention,
        norm(part + "attention.output.LayerNorm"),
        Optional.empty(),
        mlp,
        norm(part + "output.LayerNorm"));
  }

  private Matrix table(String name, int rows) {
    Tensor tensor = source.tensor("embeddings." + name + ".weight");
    Matrix table = tensor.matrix();
    Check.shape(tensor.name(), table, rows, shape.dModel());
    return table;
  }

  private Norm norm(String part) {
    float[] gain = source.tensor(part + ".weight").floats();
    float[] bias = source.tensor(part + ".bias").floats();
    Check.that(
        gain.length == shape.dModel() && bias.length == gain.length,
        "%s has %d gains and %d biases: there must be %d of both",
        part,
        gain.length,
        bias.length,
        shape.dModel());
    return new LayerNorm(gain, bias, epsilon);
  }
}
