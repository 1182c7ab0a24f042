package org.workedanswers.peers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.SeededRandom;

class TorchTest {
  @Test
  void matricesGoInAndOutViewsToo() {
    Matrix view = new SeededRandom(1).gaussian(7, 9, 1).rows(2, 6).columns(1, 4);
    try (Tensor tensor = Torch.tensor(view);
        Tensor turned = tensor.transpose(0, 1)) {
      assertArrayEquals(view.toArray(), Torch.matrix(tensor).toArray());
      assertArrayEquals(view.transposed().toArray(), Torch.matrix(turned).toArray());
    }
  }

  @Test
  void itTakesOneThread() {
    Torch.oneThread();
    assertEquals(1, torch.get_num_threads());
  }
}
