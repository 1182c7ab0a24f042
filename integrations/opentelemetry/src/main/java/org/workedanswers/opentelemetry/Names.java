package org.workedanswers.opentelemetry;

import io.opentelemetry.api.common.AttributeKey;
import java.util.List;

/**
 * All names that leave this module: those of the conventions for generative AI, version 1.41.0, and
 * ours, which begin with {@code workedanswers}.
 */
final class Names {
  static final String SCOPE = "org.workedanswers.opentelemetry";
  static final String SCHEMA_URL = "https://opentelemetry.io/schemas/1.41.0";

  static final AttributeKey<String> OPERATION = AttributeKey.stringKey("gen_ai.operation.name");
  static final AttributeKey<String> PROVIDER = AttributeKey.stringKey("gen_ai.provider.name");
  static final AttributeKey<String> MODEL = AttributeKey.stringKey("gen_ai.request.model");
  static final AttributeKey<String> WORKFLOW = AttributeKey.stringKey("gen_ai.workflow.name");
  static final AttributeKey<Long> INPUT_TOKENS = AttributeKey.longKey("gen_ai.usage.input_tokens");
  static final AttributeKey<Long> OUTPUT_TOKENS =
      AttributeKey.longKey("gen_ai.usage.output_tokens");
  static final AttributeKey<String> TOKEN_TYPE = AttributeKey.stringKey("gen_ai.token.type");
  static final AttributeKey<String> ERROR_TYPE = AttributeKey.stringKey("error.type");
  static final AttributeKey<String> EXCEPTION_TYPE = AttributeKey.stringKey("exception.type");

  static final String EMBEDDINGS = "embeddings";
  static final String CHAT = "chat";
  static final String RETRIEVAL = "retrieval";
  static final String INVOKE_WORKFLOW = "invoke_workflow";
  static final String INPUT = "input";
  static final String OUTPUT = "output";
  static final String UNKNOWN_ERROR = "_OTHER";
  static final String EXCEPTION = "exception";

  static final String OPERATION_DURATION = "gen_ai.client.operation.duration";
  static final String TOKEN_USAGE = "gen_ai.client.token.usage";

  /** From 10 ms, doubled thirteen times: seconds. */
  static final List<Double> OPERATION_SECONDS =
      List.of(
          0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92);

  /** Powers of 4 up to 4 to the 13th. */
  static final List<Long> TOKENS =
      List.of(
          1L, 4L, 16L, 64L, 256L, 1024L, 4096L, 16384L, 65536L, 262144L, 1048576L, 4194304L,
          16777216L, 67108864L);

  static final AttributeKey<String> STEP = AttributeKey.stringKey("workedanswers.step.name");
  static final AttributeKey<Long> INPUTS = AttributeKey.longKey("workedanswers.step.inputs");
  static final AttributeKey<Long> LIMIT = AttributeKey.longKey("workedanswers.step.limit");
  static final AttributeKey<Long> FOUND = AttributeKey.longKey("workedanswers.step.found");
  static final AttributeKey<Double> BEST_SCORE =
      AttributeKey.doubleKey("workedanswers.step.best_score");

  static final String STEP_DURATION = "workedanswers.step.duration";
  static final String STEP_PASSAGES = "workedanswers.step.passages";
  static final String STEP_SCORE = "workedanswers.step.score";

  /** A step in memory takes far less than the conventions' first 10 ms. */
  static final List<Double> STEP_SECONDS =
      List.of(
          0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0,
          5.0, 10.0, 20.0, 50.0, 100.0);

  static final List<Long> PASSAGES =
      List.of(0L, 1L, 2L, 5L, 10L, 20L, 50L, 100L, 200L, 500L, 1000L);

  /** Fine below 0.1 for reciprocal ranks, even up to 1 for cosines, wide above for BM25. */
  static final List<Double> SCORES =
      List.of(
          0.0, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 2.0, 5.0,
          10.0, 20.0, 50.0, 100.0);

  private Names() {}
}
