package org.workedanswers.answers.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import org.workedanswers.answers.Answer;
import org.workedanswers.answers.Questions;
import org.workedanswers.answers.Workbench;
import org.workedanswers.answers.sheet.Text;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/**
 * The program behind {@code ./study}. Exit status 0; 1 if a claim's verdict is not the pinned one
 * or the work failed; 2 for wrong usage.
 */
@Command(
    name = "study",
    mixinStandardHelpOptions = true,
    version = "Worked Answers 0.1.0-SNAPSHOT",
    description = {
      "Works every answer that is ready, in the terminal.",
      "study N works one answer; study N --help lists its settings."
    },
    footerHeading = "%nThe launcher also knows:%n",
    footer = {
      "  bench    JMH benchmarks of one technique, comparisons with other libraries,",
      "           curves of growth: study bench --help",
      "  --no-vector, before all else: without the JDK's vector module"
    },
    subcommands = {
      ListCommand.class,
      ClaimsCommand.class,
      AskCommand.class,
      SearchCommand.class,
      BeirCommand.class,
      InspectCommand.class,
      GenerateCommand.class,
      ContextCommand.class,
      QuantizeCommand.class,
      EmbedCommand.class
    })
public final class Study implements Callable<Integer> {
  static final int DIFFERENT = 1;
  static final int WRONG_USAGE = 2;

  /** It warns that it makes no use of the vector module on Java 17; held, or it is forgotten. */
  private static final Logger LUCENE = Logger.getLogger("org.apache.lucene");

  private final PrintStream out;

  @Mixin private RunOptions run;

  Study(PrintStream out) {
    this.out = out;
  }

  /** Runs the command line and exits with its status. */
  public static void main(String[] args) {
    // Whatever the platform's charset, boxes and shades are UTF-8.
    PrintStream out =
        new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);
    LUCENE.setLevel(Level.SEVERE);
    int status;
    try {
      status = execute(out, System.err, args);
    } catch (StackOverflowError
        | OutOfMemoryError
        | ExceptionInInitializerError
        | InternalError e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      System.err.println("study: " + cause);
      status = DIFFERENT;
    }
    if (out.checkError()) { // flushes; a full disk, or a reader that has gone
      System.err.println("study: not all of the output could be written");
      status = Math.max(status, DIFFERENT);
    }
    System.exit(status);
  }

  /** Runs the command line against the given streams and returns the exit status. */
  public static int execute(PrintStream out, PrintStream err, String... args) {
    CommandLine line = new CommandLine(new Study(out), new Factory(out));
    for (Answer answer : Questions.worked()) {
      CommandSpec spec = CommandSpec.forAnnotatedObject(new AnswerCommand(answer, out));
      spec.addMixin("settings", CommandSpec.forAnnotatedObject(answer));
      spec.name(Integer.toString(answer.question()));
      spec.usageMessage().description(answer.title());
      line.addSubcommand(Integer.toString(answer.question()), spec);
    }
    line.setOut(new java.io.PrintWriter(out, true, StandardCharsets.UTF_8));
    line.setErr(new java.io.PrintWriter(err, true, StandardCharsets.UTF_8));
    line.setParameterExceptionHandler(Study::wrongUsage);
    line.setExecutionStrategy(Study::run);
    line.setExecutionExceptionHandler(
        (e, command, parsed) -> {
          command.getErr().println("study: " + message(e));
          return e instanceof IllegalArgumentException ? WRONG_USAGE : DIFFERENT;
        });
    return line.execute(args);
  }

  /** An option before the question would be the whole run's, and be ignored. */
  private static int run(ParseResult parsed) {
    if (parsed.hasSubcommand()) {
      String name = parsed.subcommand().commandSpec().name();
      for (OptionSpec option : parsed.matchedOptions()) {
        if (!option.usageHelp() && !option.versionHelp()) {
          throw new CommandLine.ParameterException(
              parsed.commandSpec().commandLine(),
              option.longestName() + " must stand after " + name + ", not before it");
        }
      }
    }
    return new CommandLine.RunLast().execute(parsed);
  }

  private static int wrongUsage(CommandLine.ParameterException e, String[] args) {
    CommandLine command = e.getCommandLine();
    String message = e.getMessage();
    if (command.getCommand() instanceof Study && args.length > 0 && args[0].matches("-?\\d+")) {
      message = unknownQuestion(args[0]);
    }
    command.getErr().println("study: " + message);
    command.getErr().println(help(command));
    return WRONG_USAGE;
  }

  private static String help(CommandLine command) {
    return "Try: ./" + command.getCommandSpec().qualifiedName() + " --help";
  }

  private static String unknownQuestion(String argument) {
    String worked =
        Questions.worked().stream()
            .map(a -> Integer.toString(a.question()))
            .collect(Collectors.joining(", "));
    if (argument.matches("[1-9]|1[0-6]")) {
      int q = Integer.parseInt(argument);
      return "question "
          + q
          + " ("
          + Questions.title(q)
          + ") is not worked yet; worked are "
          + worked;
    }
    return "there is no question " + argument + ": there are 1 to 16; worked are " + worked;
  }

  /**
   * What a person is told of a failure: its message, or its kind where it has none. Names that came
   * from files stand in it.
   */
  private static String message(Throwable e) {
    return Text.printable(e.getMessage() != null ? e.getMessage() : e.toString()).strip();
  }

  @Override
  public Integer call() {
    try (Workbench bench = run.workbench()) {
      Page page = new Page(out);
      page.text(run.explanation());
      for (Answer answer : Questions.worked()) {
        page.show(answer, bench);
      }
      page.summary(bench);
      return bench.ledger().asPinned() ? 0 : DIFFERENT;
    }
  }

  /** Gives the subcommands the stream to print to. */
  private record Factory(PrintStream out) implements CommandLine.IFactory {
    @Override
    public <K> K create(Class<K> type) throws Exception {
      if (type == ListCommand.class) {
        return type.cast(new ListCommand(out));
      }
      if (type == ClaimsCommand.class) {
        return type.cast(new ClaimsCommand(out));
      }
      if (type == AskCommand.class) {
        return type.cast(new AskCommand(out));
      }
      if (type == SearchCommand.class) {
        return type.cast(new SearchCommand(out));
      }
      if (type == BeirCommand.class) {
        return type.cast(new BeirCommand(out));
      }
      if (type == InspectCommand.class) {
        return type.cast(new InspectCommand(out));
      }
      if (type == GenerateCommand.class) {
        return type.cast(new GenerateCommand(out));
      }
      if (type == ContextCommand.class) {
        return type.cast(new ContextCommand(out));
      }
      if (type == QuantizeCommand.class) {
        return type.cast(new QuantizeCommand(out));
      }
      if (type == EmbedCommand.class) {
        return type.cast(new EmbedCommand(out));
      }
      return CommandLine.defaultFactory().create(type);
    }
  }
}
