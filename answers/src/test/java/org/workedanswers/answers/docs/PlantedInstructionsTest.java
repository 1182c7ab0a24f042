package org.workedanswers.answers.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.workedanswers.core.SharedData;
import org.workedanswers.rag.answer.PlantedInstructions;

/** How many planted prompts are found, and how many harmless ones marked: the README's figures. */
class PlantedInstructionsTest {
  @Test
  void thePromptsThatThePhrasesWereNotWrittenOn() throws IOException {
    List<String> lines = Files.readAllLines(SharedData.file("injection/deepset_train.jsonl"));
    int[] all = new int[2]; // by label: harmless, planted
    int[] marked = new int[2];
    for (int i = 1; i < lines.size(); i += 2) {
      JsonNode prompt = new ObjectMapper().readTree(lines.get(i));
      int label = prompt.get("label").asInt();
      all[label]++;
      marked[label] += PlantedInstructions.in(prompt.get("text").asText()).isEmpty() ? 0 : 1;
    }
    assertEquals(96, all[1]);
    assertEquals(177, all[0]);
    assertEquals(42, marked[1]);
    assertEquals(1, marked[0]);
  }
}
