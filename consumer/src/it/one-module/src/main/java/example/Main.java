package example;

import java.util.Arrays;
import org.workedanswers.attention.Attention;
import org.workedanswers.attention.Mask;
import org.workedanswers.core.KernelsChoice;
import org.workedanswers.core.Matrix;

/** Two tokens under a causal mask: the first sees itself, the second sees both alike. */
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    Matrix q = Matrix.of(new float[][] {{5}, {0}});
    Matrix k = Matrix.of(new float[][] {{1}, {2}});
    Matrix v = Matrix.of(new float[][] {{1, 2}, {3, 6}});
    for (Attention form : new Attention[] {Attention.plain(), Attention.flash()}) {
      Matrix output = form.attend(q, k, v, Mask.causal());
      System.out.println(form.name() + " " + Arrays.deepToString(output.toArray()));
    }
    System.out.println(KernelsChoice.explanation());
  }
}
