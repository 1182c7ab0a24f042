package org.workedanswers.answers.q09;

import java.util.List;
import org.workedanswers.answers.Answer;
import org.workedanswers.answers.Questions;
import org.workedanswers.answers.Workbench;
import org.workedanswers.answers.ledger.Claim;
import org.workedanswers.answers.ledger.Numbers;
import org.workedanswers.answers.sheet.Plot;
import org.workedanswers.answers.sheet.Table;
import org.workedanswers.answers.sheet.Worksheet;
import org.workedanswers.core.Check;
import org.workedanswers.core.CountingKernels;
import org.workedanswers.core.Matrix;
import org.workedanswers.lora.Adapter;
import org.workedanswers.lora.BestRank;
import org.workedanswers.lora.Fit;
import org.workedanswers.lora.LoraLinear;
import org.workedanswers.lora.LoraPlan;
import org.workedanswers.lora.LoraTrace;
import org.workedanswers.lora.MergeBound;
import org.workedanswers.lora.TrainingMemory;
import org.workedanswers.quantization.Nf4;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Question 9: LoRA on MiniLM's own matrices. */
@Command(name = "9")
public final class LoraAnswer extends Answer {
  /** Tokens in the working: enough to train on, few enough to train all of W beside it. */
  private static final int TOKENS = 96;

  @Option(
      names = "--rank",
      paramLabel = "R",
      description = "rank r of the adapters that are trained (default: ${DEFAULT-VALUE})")
  private int rank = 8;

  @Option(
      names = "--alpha",
      paramLabel = "A",
      description = "alpha; the update is scaled by alpha / r (default: ${DEFAULT-VALUE})")
  private double alpha = 16;

  @Option(
      names = "--update-rank",
      paramLabel = "R",
      description = "rank of the update that is to be learned (default: ${DEFAULT-VALUE})")
  private int updateRank = 8;

  @Option(
      names = "--target",
      paramLabel = "NAME",
      description =
          "matrix of MiniLM's first layer: query, key, value, output (after the heads) or up (the"
              + " feed-forward layer's first) (default: ${DEFAULT-VALUE})")
  private String target = "query";

  @Override
  public int question() {
    return 9;
  }

  @Override
  public String title() {
    return Questions.title(9);
  }

  @Override
  public String asked() {
    return "What does LoRA train, why is that so little, and what happens to it when the model is used?"
        + " Here an adapter is trained on a matrix of all-MiniLM-L6-v2, with the activations of a real"
        + " text as its input.";
  }

  @Override
  public void work(Worksheet sheet, Workbench bench) {
    Target.RealLayer real = Target.of(target).layer(bench.kernels(), TOKENS);
    Check.range("--rank", rank, 1, Math.min(real.w().rows(), real.w().cols()));
    Check.positive("--alpha", alpha);
    Check.range("--update-rank", updateRank, 1, Math.min(real.w().rows(), real.w().cols()));
    Adapter adapter =
        Adapter.initial(real.w().rows(), real.w().cols(), rank, alpha, bench.random("q9.adapter"));
    UpdateTask task =
        UpdateTask.ofRank(bench, real.w(), real.x(), updateRank, bench.random("q9.update"));
    formula(sheet);
    shapes(sheet, real, adapter);
    training(sheet, real, task, adapter);
    trace(sheet, bench, real, adapter);
    merging(sheet, bench, real, adapter);
    swapping(sheet, bench, real, task, adapter);
    ranks(sheet, bench, real, task);
    quantised(sheet, bench, real);
    RealModels.show(sheet);
  }

  private static void formula(Worksheet sheet) {
    sheet.heading("The formula");
    sheet.formula(
        "y  = x Wᵀ + s (x Aᵀ) Bᵀ        s = α / r",
        "W' = W + s B A                 the same layer, merged",
        "",
        "x  [n x d_in]     one token a row",
        "W  [d_out x d_in] frozen",
        "A  [r x d_in]     trained; normal at the start",
        "B  [d_out x r]    trained; zero at the start, so that nothing changes yet");
    sheet.text(
        "The text writes W + B A and leaves s out. With α = r that is the same, which is why"
            + " forgetting s is easily overlooked: here α is not r unless you ask for it.");
  }

  private void shapes(Worksheet sheet, Target.RealLayer real, Adapter adapter) {
    sheet.heading("A real layer: MiniLM's " + target + " matrix");
    Matrix w = real.w();
    long full = (long) w.rows() * w.cols();
    sheet.table(
        Table.of("", "", "shape", "values", "")
            .row("x", real.x(), count(real.x()), "what enters the layer for " + TOKENS + " tokens")
            .row("W", w, Numbers.count(full), "frozen")
            .row("A", adapter.a(), count(adapter.a()), "trained")
            .row("B", adapter.b(), count(adapter.b()), "trained"));
    sheet.text(
        String.format(
            "r = %d, α = %s, so s = α / r = %s. Trained: r (d_in + d_out) = %s of %s, %s times fewer.",
            rank,
            Numbers.shortest(alpha),
            Numbers.shortest(adapter.scale()),
            Numbers.count(adapter.parameters()),
            Numbers.count(full),
            Numbers.shortest((double) full / adapter.parameters())));
  }

  private void training(Worksheet sheet, Target.RealLayer real, UpdateTask task, Adapter adapter) {
    sheet.heading("Training it");
    sheet.text(
        String.format(
            "The task: give the outputs that W + ΔW would give, where ΔW has rank %d and a fifth of"
                + " W's size. Adam, %d steps, all tokens at once. W is frozen, so x Wᵀ is computed"
                + " once; training all of W needs it anew at every step.",
            updateRank, UpdateTask.STEPS));
    double[] lora = task.train(adapter);
    double[] full = task.trainAll(real.w());
    double[] steps = new double[lora.length];
    for (int t = 0; t < steps.length; t++) {
      steps[t] = t;
    }
    sheet.plot(
        new Plot("Loss, as a share of the loss before training", "step", false, "left", true)
            .curve("LoRA, r = " + rank, steps, positive(lora))
            .curve("all of W", steps, positive(full)));
    sheet.table(
        Table.of("", "trained", "parameters", "loss left", "the least its rank allows")
            .row(
                "LoRA, r = " + rank,
                Numbers.count(adapter.parameters()),
                share(lora[UpdateTask.STEPS]),
                share(task.leastLeft(rank)))
            .row("all of W", count(real.w()), share(full[UpdateTask.STEPS]), share(0)));
    sheet.text(
        "The least comes from the singular values of x ΔWᵀ: no matrix of rank r leaves less than the"
            + " sum of the squares beyond the r-th (Eckart and Young, 1936).");
  }

  private void trace(Worksheet sheet, Workbench bench, Target.RealLayer real, Adapter adapter) {
    sheet.heading("What flows through the trained layer");
    LoraLinear layer = new LoraLinear(real.w()).add("task", adapter).use("task");
    int shown = 6;
    LoraTrace trace = layer.trace(bench.kernels(), bench.loop(), real.x().rows(0, shown));
    LoraTrace.Path path = trace.paths().get(0);
    Table table =
        Table.of(
            String.format(
                "Norms for the first tokens: x Aᵀ is %s, s (x Aᵀ) Bᵀ is %s",
                path.down(), path.update()),
            "token",
            "‖x Wᵀ‖",
            "‖x Aᵀ‖",
            "‖s (x Aᵀ) Bᵀ‖",
            "‖y‖");
    for (int i = 0; i < shown; i++) {
      table.row(
          real.tokens().text().get(i),
          norm(trace.base(), i),
          norm(path.down(), i),
          norm(path.update(), i),
          norm(trace.output(), i));
    }
    sheet.table(table);
  }

  private void merging(Worksheet sheet, Workbench bench, Target.RealLayer real, Adapter adapter) {
    sheet.heading("Merging it into W, and taking it out again");
    sheet.code(Adapter.class, "addDelta");
    LoraLinear layer = new LoraLinear(real.w()).add("task", adapter);
    CountingKernels counting = new CountingKernels(bench.kernels());
    Matrix y = Matrix.zeros(real.x().rows(), real.w().rows());
    long[] work = new long[3];
    layer.forward(counting, bench.loop(), real.x(), y);
    work[0] = counting.multiplyAdds();
    counting.reset();
    Matrix apart = Matrix.zeros(y.rows(), y.cols());
    layer.use("task").forward(counting, bench.loop(), real.x(), apart);
    work[1] = counting.multiplyAdds();
    layer.merge(bench.kernels(), bench.loop());
    counting.reset();
    layer.forward(counting, bench.loop(), real.x(), y);
    work[2] = counting.multiplyAdds();
    double share = new MergeBound(real.x(), real.w(), List.of(adapter)).largestShare(y, apart);
    sheet.table(
        Table.of("Counted in this run", "layer", "multiply-adds", "to the bare one")
            .row("bare", Numbers.count(work[0]), Numbers.fixed(1, 4))
            .row("beside W", Numbers.count(work[1]), ratio(work[1], work[0]))
            .row("merged", Numbers.count(work[2]), ratio(work[2], work[0])));
    Matrix w = real.w().copy();
    SwapClaim.addAndSubtract(bench, w, adapter);
    int changed = 0;
    for (int i = 0; i < w.data().length; i++) {
      changed += w.data()[i] == real.w().data()[i] ? 0 : 1;
    }
    sheet.text(
        String.format(
            "Outputs merged and beside W differ by at most %s of what rounding allows. Subtracting"
                + " s B A from W' would leave %s of %s weights with other bits than W's: W' was rounded."
                + " So unmerging puts the kept W back.",
            Numbers.shortest(share), Numbers.count(changed), count(real.w())));
  }

  private void swapping(
      Worksheet sheet, Workbench bench, Target.RealLayer real, UpdateTask task, Adapter adapter) {
    sheet.heading("Two tasks, one base");
    UpdateTask second =
        UpdateTask.ofRank(bench, real.w(), real.x(), updateRank, bench.random("q9.second"));
    Adapter other =
        Adapter.initial(
            real.w().rows(), real.w().cols(), rank, alpha, bench.random("q9.second adapter"));
    second.train(other);
    UpdateTask both = task.plus(bench, real.w(), second);
    LoraLinear layer = new LoraLinear(real.w()).add("A", adapter).add("B", other);
    Table table =
        Table.of("Loss left, by adapter in use", "in use", "task A", "task B", "both at once");
    for (String[] names : new String[][] {{}, {"A"}, {"B"}, {"A", "B"}, {"A"}}) {
      Matrix y = Matrix.zeros(real.x().rows(), real.w().rows());
      layer.use(names).forward(bench.kernels(), bench.loop(), real.x(), y);
      table.row(
          names.length == 0 ? "none" : String.join(" + ", names),
          share(task.left(y)),
          share(second.left(y)),
          share(both.left(y)));
    }
    sheet.table(table);
    sheet.text(
        "Each helps its own task alone, and their sum helps the sum of both: a layer is linear. (A"
            + " whole model is not, so there sums of adapters are a try and no promise.)");
  }

  private void ranks(Worksheet sheet, Workbench bench, Target.RealLayer real, UpdateTask task) {
    sheet.heading("Which rank is enough?");
    UpdateTask nf4 = UpdateTask.undoingNf4(bench, real.w(), real.x());
    Table table =
        Table.of(
            "Loss left: trained, and the least that the rank allows",
            "r",
            "trained parameters",
            "update of rank " + updateRank,
            "at least",
            "undoing NF4",
            "at least");
    for (int r : new int[] {1, 2, 4, 8, 16, 32}) {
      Adapter one = initial(bench, real, r);
      Adapter two = initial(bench, real, r);
      table.row(
          r,
          Numbers.count(one.parameters()),
          share(task.train(one)[UpdateTask.STEPS]),
          share(task.leastLeft(r)),
          share(nf4.train(two)[UpdateTask.STEPS]),
          share(nf4.leastLeft(r)));
    }
    sheet.table(table);
    sheet.text(
        "Where the wanted update has a small rank, that rank is enough and more buys nothing. Undoing"
            + " the rounding of W to four bits is a real update of full rank: there the loss falls"
            + " only as its singular values do. Where the trained loss stays above the least, "
            + UpdateTask.STEPS
            + " steps of Adam were too few.");
  }

  private void quantised(Worksheet sheet, Workbench bench, Target.RealLayer real) {
    sheet.heading("QLoRA: the same adapter on a base in four bits");
    UpdateTask nf4 = UpdateTask.undoingNf4(bench, real.w(), real.x());
    Adapter adapter = initial(bench, real, rank);
    Fit fit = nf4.fit();
    Matrix y = Matrix.zeros(real.x().rows(), real.w().rows());
    nf4.base().forward(bench.kernels(), bench.loop(), real.x(), y);
    double before = fit.loss(y);
    double size = fit.loss(Matrix.zeros(y.rows(), y.cols()));
    double left = nf4.train(adapter)[UpdateTask.STEPS];
    long wide = 4L * real.w().rows() * real.w().cols();
    sheet.table(
        Table.of("", "", "bytes", "bits a weight", "error of the outputs")
            .row("W, float32", Numbers.count(wide), "32", "0")
            .row(
                "W in NF4, scales quantised too",
                Numbers.count(nf4.base().storageBytes()),
                Numbers.fixed(Nf4.qlora().bitsPerWeight(real.w().rows(), real.w().cols()), 3),
                percent(Math.sqrt(before / size)))
            .row(
                "  and an adapter trained on it, float32",
                Numbers.count(nf4.base().storageBytes() + 4 * adapter.parameters()),
                "",
                percent(Math.sqrt(left * before / size))));
    sheet.text(
        "The four-bit base is widened a few rows at a time, never whole, and never changes; gradients"
            + " reach A and B through it. Errors are norms, as a share of the outputs' norm.");
  }

  private Adapter initial(Workbench bench, Target.RealLayer real, int r) {
    return Adapter.initial(
        real.w().rows(), real.w().cols(), r, 2.0 * r, bench.random("q9.rank " + r));
  }

  @Override
  public List<Claim> claims() {
    return LoraClaims.all();
  }

  @Override
  public List<String> tryNext() {
    return List.of(
        "./study 9 --rank 4: the update has rank 8, so what lies beyond four directions is out of reach",
        "./study 9 --update-rank 64 --rank 16: a rank that is far too small",
        "./study 9 --target up: a matrix of 1536 x 384, where r (d_in + d_out) is no longer 2 d r",
        "./study 9 --target output: activations so lopsided that Adam takes longer",
        "./study 9 --alpha 8: alpha equals r, s is 1, and a merge that forgets s would look right",
        "./study bench lora: bare, merged and unmerged by the clock");
  }

  @Override
  public List<Class<?>> read() {
    return List.of(
        Adapter.class,
        LoraLinear.class,
        Fit.class,
        BestRank.class,
        LoraPlan.class,
        TrainingMemory.class);
  }

  private static String count(Matrix m) {
    return Numbers.count((long) m.rows() * m.cols());
  }

  private static String norm(Matrix m, int row) {
    return Numbers.fixed(UpdateTask.norm(m.rows(row, row + 1)), 3);
  }

  private static String share(double x) {
    return Numbers.fixed(x, 4);
  }

  private static String percent(double x) {
    return Numbers.fixed(100 * x, 2) + " %";
  }

  private static String ratio(double a, double b) {
    return Numbers.fixed(a / b, 4);
  }

  /** For a logarithmic axis: what is 0 to the last bit is drawn as a billionth. */
  private static double[] positive(double[] y) {
    double[] z = y.clone();
    for (int i = 0; i < z.length; i++) {
      z[i] = Math.max(z[i], 1e-9);
    }
    return z;
  }
}
