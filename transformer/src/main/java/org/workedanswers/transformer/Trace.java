package org.workedanswers.transformer;

import java.util.List;
import org.workedanswers.core.Matrix;

/**
 * A pass through a model with everything that lay between.
 *
 * @param embedded what the first layer got [n x d]
 * @param layers what each layer did
 * @param output what the last layer gave, its norm applied [n x d]
 */
public record Trace(Matrix embedded, List<LayerTrace> layers, Matrix output) {}
