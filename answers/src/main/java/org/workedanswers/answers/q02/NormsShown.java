package org.workedanswers.answers.q02;

import org.workedanswers.answers.ledger.Numbers;
import org.workedanswers.answers.sheet.Plot;
import org.workedanswers.answers.sheet.Table;
import org.workedanswers.answers.sheet.Worksheet;

/** Pre-norm beside post-norm, by depth. */
final class NormsShown {
  private NormsShown() {}

  static void show(Worksheet sheet, NormDepth.Both both) {
    sheet.heading("Norms before the parts, or after");
    sheet.formula(
        "after   x ← N₁(x + A(x));   x ← N₂(x + F(x))    as published first, BERT",
        "before  x ← x + A(N₁(x));   x ← x + F(N₂(x))    GPT-2, T5, Llama; one norm more at the end");
    double[] pre = both.pre().gradients();
    double[] post = both.post().gradients();
    int depth = pre.length;
    sheet.text(
        "Small decoders of "
            + depth
            + " layers before their first step, weights random and the same for both. Norms before"
            + " the parts let the stream grow with each layer, so that a layer's part of it, and its"
            + " gradient, becomes the smaller the higher it stands. Norms after the parts bring the"
            + " stream back to one size each time, and the last layer's gradient does not fall with"
            + " the depth.");
    Table table =
        Table.of(
            "",
            "layer",
            "stream, pre",
            "stream, post",
            "‖gradient‖, pre",
            "‖gradient‖, post",
            "post to pre");
    double[] x = new double[depth];
    for (int l = 0; l < depth; l++) {
      x[l] = l;
      table.row(
          l,
          Numbers.fixed(both.pre().sizes()[l], 1),
          Numbers.fixed(both.post().sizes()[l], 1),
          Numbers.fixed(pre[l], 2),
          Numbers.fixed(post[l], 2),
          Numbers.fixed(post[l] / pre[l], 1));
    }
    sheet.table(table);
    sheet.plot(
        new Plot("Size of the loss's gradient for a layer's matrices", "layer", false, "‖∇‖", true)
            .curve("pre", x, pre)
            .curve("post", x, post));
    sheet.text(
        "There is no backpropagation in this: a gradient's size is estimated from the slope of the"
            + " loss in random directions v, by E[(∇·v)²] = ‖∇‖². In the last layer of "
            + NormDepth.DEEP
            + " it is "
            + Numbers.fixed(both.postLast()[1], 2)
            + " post and "
            + Numbers.fixed(both.preLast()[1], 2)
            + " pre, of "
            + NormDepth.SHALLOW
            + " it is "
            + Numbers.fixed(both.postLast()[0], 2)
            + " and "
            + Numbers.fixed(both.preLast()[0], 2)
            + ". Xiong et al. (2020) give such large gradients of post-norm models, whose theorem is"
            + " on the last layer, as the reason why they need a warm-up when their training begins,"
            + " and pre-norm models do not. In the paper's post-norm models gradients also grow from"
            + " layer to layer towards the output; in these small ones they do not.");
  }
}
