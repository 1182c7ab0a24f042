package org.workedanswers.opentelemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.semconv.ErrorAttributes;
import io.opentelemetry.semconv.ExceptionAttributes;
import io.opentelemetry.semconv.SchemaUrls;
import io.opentelemetry.semconv.incubating.GenAiIncubatingAttributes;
import io.opentelemetry.semconv.incubating.GenAiIncubatingAttributes.GenAiOperationNameIncubatingValues;
import io.opentelemetry.semconv.incubating.GenAiIncubatingAttributes.GenAiTokenTypeIncubatingValues;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The conventions' names are those that OpenTelemetry itself publishes as constants. */
class NamesTest {
  @Test
  void attributesAreTheConventions() {
    assertEquals(GenAiIncubatingAttributes.GEN_AI_OPERATION_NAME, Names.OPERATION);
    assertEquals(GenAiIncubatingAttributes.GEN_AI_PROVIDER_NAME, Names.PROVIDER);
    assertEquals(GenAiIncubatingAttributes.GEN_AI_REQUEST_MODEL, Names.MODEL);
    assertEquals(GenAiIncubatingAttributes.GEN_AI_WORKFLOW_NAME, Names.WORKFLOW);
    assertEquals(GenAiIncubatingAttributes.GEN_AI_USAGE_INPUT_TOKENS, Names.INPUT_TOKENS);
    assertEquals(GenAiIncubatingAttributes.GEN_AI_USAGE_OUTPUT_TOKENS, Names.OUTPUT_TOKENS);
    assertEquals(GenAiIncubatingAttributes.GEN_AI_TOKEN_TYPE, Names.TOKEN_TYPE);
    assertEquals(ErrorAttributes.ERROR_TYPE, Names.ERROR_TYPE);
    assertEquals(ExceptionAttributes.EXCEPTION_TYPE, Names.EXCEPTION_TYPE);
  }

  @Test
  void valuesAreTheConventions() {
    assertEquals(GenAiOperationNameIncubatingValues.EMBEDDINGS, Names.EMBEDDINGS);
    assertEquals(GenAiOperationNameIncubatingValues.CHAT, Names.CHAT);
    assertEquals(GenAiOperationNameIncubatingValues.RETRIEVAL, Names.RETRIEVAL);
    assertEquals(GenAiOperationNameIncubatingValues.INVOKE_WORKFLOW, Names.INVOKE_WORKFLOW);
    assertEquals(GenAiTokenTypeIncubatingValues.INPUT, Names.INPUT);
    assertEquals(GenAiTokenTypeIncubatingValues.OUTPUT, Names.OUTPUT);
    assertEquals(ErrorAttributes.ErrorTypeValues.OTHER, Names.UNKNOWN_ERROR);
    assertEquals(SchemaUrls.V1_41_0, Names.SCHEMA_URL);
  }

  @Test
  void whatIsNotTheConventionsBeginsWithOurName() throws IllegalAccessException {
    List<String> unknown = new ArrayList<>();
    int attributes = 0;
    for (Field field : Names.class.getDeclaredFields()) {
      if (field.getType() == AttributeKey.class) {
        String key = ((AttributeKey<?>) field.get(null)).getKey();
        attributes++;
        if (!key.matches("(gen_ai|error|exception|workedanswers)\\.[a-z_.]+")) {
          unknown.add(key);
        }
      }
    }
    assertEquals(List.of(), unknown);
    assertTrue(attributes >= 14, attributes + " attributes");
  }
}
