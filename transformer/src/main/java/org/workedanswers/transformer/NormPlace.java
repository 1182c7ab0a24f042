package org.workedanswers.transformer;

/** Where a layer's norms stand; each sub-layer F is attention or the feed-forward part. */
public enum NormPlace {
  /**
   * y = x + F(Norm(x)): the residual stream itself is never normalised, so gradients pass it
   * unchanged. Source: Xiong et al., <i>On Layer Normalization in the Transformer Architecture</i>,
   * 2020, section 3; GPT-2, T5 and Llama have it.
   */
  PRE,
  /**
   * y = Norm(x + F(x)). Source: Vaswani et al., <i>Attention Is All You Need</i>, 2017, section
   * 3.1; BERT has it.
   */
  POST
}
