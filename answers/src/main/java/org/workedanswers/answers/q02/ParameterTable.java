package org.workedanswers.answers.q02;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.workedanswers.answers.MiniLm;
import org.workedanswers.answers.ledger.Numbers;
import org.workedanswers.answers.sheet.Table;
import org.workedanswers.answers.sheet.Worksheet;
import org.workedanswers.core.ModelShape;
import org.workedanswers.core.ModelShape.Group;
import org.workedanswers.core.ModelShape.Part;

/** Where the parameters of published models are. */
final class ParameterTable {
  private static final Map<Group, String> NAMES = new EnumMap<>(Group.class);

  static {
    NAMES.put(Group.EMBEDDING, "tables");
    NAMES.put(Group.ATTENTION, "attention");
    NAMES.put(Group.FEED_FORWARD, "feed-forward");
    NAMES.put(Group.ROUTER, "routers");
    NAMES.put(Group.NORM, "norms");
    NAMES.put(Group.OUTPUT, "head, pooler");
  }

  /**
   * What is said of them, in millions (M) and billions (B). BERT: Devlin et al., 2019, section 3.
   * T5: Raffel et al., 2020, sections 3.1.1 and 3.7. Mixtral: Mistral AI's announcement, December
   * 2023. MiniLM and Llama: what Hugging Face's hub counts in the makers' safetensors files.
   */
  static final Map<ModelShape, String> PUBLISHED =
      Map.of(
          ModelShape.MINILM_L6, "22.7 M",
          ModelShape.BERT_BASE, "110 M",
          ModelShape.LLAMA_3_8B, "8.03 B",
          ModelShape.MIXTRAL_8X7B, "46.7 B",
          ModelShape.LLAMA_3_70B, "70.6 B",
          ModelShape.T5_SMALL, "60 M",
          ModelShape.T5_BASE, "220 M");

  /** Those of two stacks. */
  static final List<ModelShape> TWO_STACKS = List.of(ModelShape.T5_SMALL, ModelShape.T5_BASE);

  private ParameterTable() {}

  /** Parameters by part of the model. */
  static Map<Group, Long> byGroup(ModelShape shape) {
    Map<Group, Long> sums = new EnumMap<>(Group.class);
    for (Part part : shape.parts()) {
      sums.merge(part.group(), part.parameters(), Long::sum);
    }
    return sums;
  }

  static void show(Worksheet sheet) {
    sheet.heading("Where the parameters are");
    sheet.table(table("Counted from each model's published shape", ModelShape.published()));
    ModelShape mini = ModelShape.MINILM_L6;
    long pooler = byGroup(mini).get(Group.OUTPUT);
    long built = MiniLm.model().encoder().parameters();
    sheet.text(
        "The encoder that ran above counts "
            + Numbers.count(built)
            + " of its own; with the pooler's "
            + Numbers.count(pooler)
            + ", which sentence embeddings leave out, that is "
            + Numbers.count(built + pooler)
            + ". In the smallest the table of words takes most, in all others the"
            + " feed-forward layers. Norms are next to nothing.");
    sheet.table(table("Encoder-decoders; layers are those of one of the two stacks", TWO_STACKS));
    sheet.text(
        "A third of their attention is from what is written to what was read. One table of words"
            + " serves both stacks and is the head as well.");
  }

  private static Table table(String caption, List<ModelShape> shapes) {
    List<String> head = new ArrayList<>(List.of(""));
    shapes.forEach(s -> head.add(s.name().replace("all-MiniLM-L6-v2", "MiniLM-L6")));
    Table table = Table.of(caption, head.toArray(String[]::new));
    table.row(cells("layers", shapes, ModelShape::layers));
    table.row(cells("d", shapes, ModelShape::dModel));
    for (Map.Entry<Group, String> group : NAMES.entrySet()) {
      if (shapes.stream().anyMatch(s -> byGroup(s).containsKey(group.getKey()))) {
        table.row(
            cells(group.getValue(), shapes, s -> byGroup(s).getOrDefault(group.getKey(), 0L)));
      }
    }
    table.row(
        cells("sum", shapes, s -> byGroup(s).values().stream().mapToLong(Long::longValue).sum()));
    List<Object> published = new ArrayList<>(List.of("published"));
    shapes.forEach(s -> published.add(PUBLISHED.get(s)));
    table.row(published.toArray());
    return table;
  }

  private static Object[] cells(
      String name, List<ModelShape> shapes, ToLongFunction<ModelShape> value) {
    List<Object> cells = new ArrayList<>(List.of(name));
    for (ModelShape shape : shapes) {
      long v = value.applyAsLong(shape);
      cells.add(v == 0 ? "-" : Numbers.count(v));
    }
    return cells.toArray();
  }
}
