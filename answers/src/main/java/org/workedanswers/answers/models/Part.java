package org.workedanswers.answers.models;

import java.util.regex.Pattern;

/** What a weight is for, told by its name as llama.cpp, ONNX exports and others give it. */
enum Part {
  /** Of rows, before attention or a feed-forward layer, or behind. */
  NORMS("norms", "norm|(^|[._/])ln_?[f0-9]"),
  /** A router's and the experts'. */
  EXPERTS("experts and routers", "_exps|_shexp|ffn_gate_inp|experts?[._]|block_sparse_moe|router"),
  /** Queries, keys, values and what joins the heads. */
  ATTENTION("attention", "attn|attention"),
  /** The two or three matrices behind attention. */
  FEED_FORWARD("feed-forward", "ffn|mlp|feed_forward|DenseReluDense|intermediate|output[._/]dense"),
  /** Of tokens, positions and types. */
  EMBEDDINGS("embeddings", "embd|embed|^shared\\b|(^|[._])w[tp]e\\b"),
  /** What turns vectors into logits. */
  HEAD("head", "^output\\.|lm_head|^cls\\b"),
  /** All else. */
  OTHER("other", "");

  final String label;
  private final Pattern names;

  Part(String label, String names) {
    this.label = label;
    this.names = Pattern.compile(names, Pattern.CASE_INSENSITIVE);
  }

  /** The first that fits. */
  static Part of(String name) {
    for (Part part : values()) {
      if (part.names.matcher(name).find()) {
        return part;
      }
    }
    return OTHER;
  }
}
