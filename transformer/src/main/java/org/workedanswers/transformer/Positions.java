package org.workedanswers.transformer;

/** How a model tells where a token stands. */
public enum Positions {
  /** Not at all: attention treats its input as a set. */
  NONE,
  /** A learned vector for each position, added to the token's: BERT, GPT-2. */
  LEARNED,
  /** Queries and keys are turned by an angle that grows with the position: Llama. */
  ROTARY,
  /** A learned number for each head and distance, added to the scores: T5. */
  RELATIVE
}
