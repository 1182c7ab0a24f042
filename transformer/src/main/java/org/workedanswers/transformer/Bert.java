package org.workedanswers.transformer;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
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

    NamedLinear linear(String part, String input, int out, int in);
  }

  private final ModelShape shape;
  private final double epsilon;
  private final Source source;
  private final LinearMaker maker;

  private Bert(ModelShape shape, double epsilon, Source source, LinearMaker maker) {
    this.maker = maker;
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
    return encoder(shape, epsilon, model, LinearMaker.STORED);
  }

  /**
   * The same, its linear layers made by another. Layers that read the same x have the norm before
   * them as their input, the attention's output {@code attention.self.value}, the feed-forward
   * part's {@code intermediate.dense}.
   *
   * @throws IllegalArgumentException if a tensor is missing or has another shape
   */
  public static Encoder encoder(
      ModelShape shape, double epsilon, OnnxModel model, LinearMaker maker) {
    Source source =
        new Source() {
          @Override
          public Tensor tensor(String name) {
            return model.tensor(name);
          }

          @Override
          public NamedLinear linear(String part, String input, int out, int in) {
            String node = "/" + part.replace('.', '/').replace("layer/", "layer.") + "/MatMul";
            float[] bias = model.tensor(part + ".bias").floats();
            Supplier<Matrix> w =
                () -> {
                  Matrix inOut = model.weightOf(node).matrix();
                  Check.shape(node, inOut, in, out);
                  return inOut;
                };
            return new NamedLinear(
                part,
                input,
                out,
                in,
                () -> w.get().transposed(),
                bias,
                () -> Linear.denseInOut(w.get(), bias));
          }
        };
    return new Bert(shape, epsilon, source, maker).encoder();
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
          public NamedLinear linear(String part, String input, int out, int in) {
            String weight = prefix + part + ".weight";
            String bias = prefix + part + ".bias";
            return new NamedLinear(
                part,
                input,
                out,
                in,
                () -> weights.matrix(weight, out, in),
                weights.optionalVector(bias, out).orElse(null),
                () -> weights.linear(weight, bias, out, in));
          }
        };
    return new Bert(shape, epsilon, source, LinearMaker.STORED).encoder();
  }

  private Encoder encoder() {
    ModelShape.Embedding e = shape.embedding();
    List<Layer> layers = new ArrayList<>();
    for (int l = 0; l < shape.layers(); l++) {
      layers.add(
          layer(
              "encoder.layer." + l + ".",
              l == 0 ? "embeddings.LayerNorm" : "encoder.layer." + (l - 1) + ".output.LayerNorm"));
    }
    Embeddings embeddings =
        new Embeddings(
            TokenTable.of(table("word_embeddings", e.vocabulary())),
            Optional.of(table("position_embeddings", e.positions())),
            Optional.of(table("token_type_embeddings", e.tokenTypes())),
            Optional.of(norm("embeddings.LayerNorm")));
    return new Encoder(embeddings, new Stack(layers, Optional.empty(), Mask.full()));
  }

  private Layer layer(String part, String input) {
    int d = shape.dModel();
    int h = shape.feedForward().dFf();
    int own = shape.attention().heads() * shape.attention().headSize();
    int shared = shape.attention().kvHeads() * shape.attention().headSize();
    SelfAttention attention =
        new SelfAttention(
            new MultiHead(shape.attention().heads(), shape.attention().kvHeads()),
            Linear.joined(
                linear(part + "attention.self.query", input, own, d),
                linear(part + "attention.self.key", input, shared, d),
                linear(part + "attention.self.value", input, shared, d)),
            linear(part + "attention.output.dense", part + "attention.self.value", d, own),
            Optional.empty(),
            Optional.empty());
    Mlp mlp =
        Mlp.dense(
            linear(part + "intermediate.dense", part + "attention.output.LayerNorm", h, d),
            linear(part + "output.dense", part + "intermediate.dense", d, h),
            Activation.GELU);
    return new Layer(
        NormPlace.POST,
        attention,
        norm(part + "attention.output.LayerNorm"),
        Optional.empty(),
        mlp,
        norm(part + "output.LayerNorm"));
  }

  private Linear linear(String part, String input, int out, int in) {
    return maker.make(source.linear(part, input, out, in));
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
