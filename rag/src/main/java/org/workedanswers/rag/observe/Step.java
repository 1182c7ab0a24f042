package org.workedanswers.rag.observe;

/** A step of retrieval or of an answer, and what an observer is told of it. */
public enum Step {
  /** Documents are read, cut and put into a store. Holds {@link #EMBED}. */
  INGEST,
  /** Texts become vectors. */
  EMBED,
  /** A store is searched by words. */
  SEARCH_WORDS,
  /** A store is searched by meaning. */
  SEARCH_MEANING,
  /** A store is searched by words and by meaning in one request. */
  SEARCH_BOTH,
  /** Rankings become one. */
  FUSE,
  /** Candidates are put in a better order. */
  RERANK,
  /** A question's passages are found. Holds the steps from {@link #EMBED} to {@link #RERANK}. */
  RETRIEVE,
  /** A language model writes. */
  GENERATE,
  /** A question is answered. Holds {@link #RETRIEVE} and {@link #GENERATE}. */
  ANSWER;

  /** The name of the model that does the step, a string. */
  public static final String MODEL = "model";

  /** How many texts, queries or documents come in, a whole number. */
  public static final String INPUTS = "inputs";

  /** How many passages are asked for at most, a whole number. */
  public static final String LIMIT = "limit";

  /** How many passages come out, a whole number. */
  public static final String FOUND = "found";

  /** The score of the first passage that comes out. */
  public static final String BEST_SCORE = "best_score";

  /** Tokens that a model read, a whole number. */
  public static final String INPUT_TOKENS = "input_tokens";

  /** Tokens that a model wrote, a whole number. */
  public static final String OUTPUT_TOKENS = "output_tokens";
}
