package org.workedanswers.answers.cli;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.workedanswers.answers.models.Inspection;
import org.workedanswers.answers.sheet.TerminalSheet;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows what stands in a model's file or folder. */
@Command(
    name = "inspect",
    mixinStandardHelpOptions = true,
    description = {
      "Shows what stands in a model's file (GGUF, ONNX, safetensors, llama2.c's .bin) or in a folder of",
      "Hugging Face's: what it says of the model, its weights by format and by what they are for, bits a",
      "weight, and what the keys and values of a context take."
    })
final class InspectCommand implements Callable<Integer> {
  private final PrintStream out;

  @Parameters(paramLabel = "FILE", description = "the model, a file or a folder")
  private Path file;

  @Option(names = "--tensors", description = "list every tensor")
  private boolean tensors;

  @Option(names = "--json", description = "print it as JSON, every tensor, and nothing else")
  private boolean json;

  InspectCommand(PrintStream out) {
    this.out = out;
  }

  @Override
  public Integer call() {
    Inspection inspection = Inspection.of(file);
    if (json) {
      out.println(Json.of(inspection.json()));
    } else {
      inspection.show(new TerminalSheet(out, Ansi.AUTO), tensors);
    }
    return 0;
  }
}
