package org.workedanswers.answers.q09;

import java.util.List;
import org.workedanswers.answers.ledger.Numbers;
import org.workedanswers.answers.sheet.Table;
import org.workedanswers.answers.sheet.Worksheet;
import org.workedanswers.core.ModelShape;
import org.workedanswers.lora.LoraPlan;
import org.workedanswers.lora.TrainingMemory;
import org.workedanswers.lora.TrainingMemory.Base;
import org.workedanswers.lora.TrainingMemory.Trained;

/** Parameters and bytes over real models' shapes. */
final class RealModels {
  private static final int RANK = CountClaims.RANK;

  private RealModels() {}

  static void show(Worksheet sheet) {
    sheet.heading("Counted over real models");
    matrices(sheet);
    parameters(sheet);
    memory(sheet);
  }

  private static void matrices(Worksheet sheet) {
    ModelShape shape = ModelShape.LLAMA_3_8B;
    Table table =
        Table.of(
            shape.name() + ", one layer, rank " + RANK,
            "matrix",
            "d_out x d_in",
            "parameters",
            "adapter",
            "times fewer");
    for (String name : LoraPlan.allLinear(shape, RANK).targets()) {
      ModelShape.Part part = shape.part(name);
      long full = (long) part.rows() * part.cols();
      long lora = LoraPlan.parameters(RANK, part.rows(), part.cols());
      table.row(
          name,
          part.rows() + " x " + part.cols(),
          Numbers.count(full),
          Numbers.count(lora),
          Numbers.shortest((double) full / lora));
    }
    sheet.table(table);
    sheet.text(
        "Grouped-query attention has 8 heads of keys and values for 32 of queries, so k and v are"
            + " narrow and an adapter saves less there. The text's 4096 x 4096 is q.");
  }

  private static void parameters(Worksheet sheet) {
    Table table =
        Table.of(
            "Trained parameters, rank " + RANK,
            "model",
            "all",
            "LoRA on q and v",
            "share",
            "on every linear layer",
            "share");
    for (ModelShape shape : ModelShape.published()) {
      LoraPlan some = LoraPlan.queriesAndValues(shape, RANK);
      LoraPlan every = LoraPlan.allLinear(shape, RANK);
      table.row(
          shape.name(),
          Numbers.count(shape.total()),
          Numbers.count(some.parameters()),
          Numbers.fixed(100 * some.share(), 3) + " %",
          Numbers.count(every.parameters()),
          Numbers.fixed(100 * every.share(), 3) + " %");
    }
    sheet.table(table);
  }

  private static void memory(Worksheet sheet) {
    Table table =
        Table.of(
            "Bytes that training holds, Adam, 16 bytes a trained parameter, rank "
                + RANK
                + " on every linear layer; activations not counted",
            "model",
            "full",
            "LoRA, base in BF16",
            "QLoRA, base in NF4");
    for (ModelShape shape : ModelShape.published()) {
      LoraPlan plan = LoraPlan.allLinear(shape, RANK);
      List<TrainingMemory> ways =
          List.of(
              TrainingMemory.full(shape, Trained.MIXED),
              TrainingMemory.adapters(plan, Base.BF16, Trained.MIXED),
              TrainingMemory.adapters(plan, Base.NF4, Trained.MIXED));
      table.row(
          shape.name(),
          Numbers.bytes(ways.get(0).total()),
          Numbers.bytes(ways.get(1).total()),
          Numbers.bytes(ways.get(2).total()));
    }
    sheet.table(table);
    sheet.text(
        "Freezing takes away gradients and Adam's moments, not the weights themselves: those shrink"
            + " only where the base is kept in fewer bits.");
  }
}
