package org.workedanswers.transformer;

import java.util.function.Supplier;
import org.workedanswers.core.Matrix;

/**
 * A linear layer as its checkpoint has it, before it is one: what a {@link LinearMaker} decides on.
 *
 * @param name the checkpoint's, without {@code .weight}
 * @param input what x is: layers of the same name here read the same x. It is that of the part
 *     before, where that is a norm or a linear layer
 * @param out the width of y
 * @param in the width of x
 * @param weights W [out x in] in float32, made anew each time
 * @param bias b [out], or null
 * @param stored the layer as the model has it otherwise
 */
public record NamedLinear(
    String name,
    String input,
    int out,
    int in,
    Supplier<Matrix> weights,
    float[] bias,
    Supplier<Linear> stored) {}
