package org.workedanswers.answers.docs;

import dev.langchain4j.model.chat.ChatModel;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.workedanswers.core.Check;
import org.workedanswers.langchain4j.LangChain4jLanguageModel;
import org.workedanswers.langchain4j.OpenAiCompatible;
import org.workedanswers.rag.answer.LanguageModel;
import picocli.CommandLine.Option;

/** Which language model writes answers; none unless one is named. */
public final class ModelOptions {
  @Option(
      names = "--model",
      paramLabel = "MODEL",
      description =
          "writes the answer: NAME@URL is a model of a server that speaks OpenAI's chat completions,"
              + " as in llama3.2@http://localhost:11434/v1; CLASS is a public class with a"
              + " constructor without arguments that is a LangChain4j ChatModel or a Supplier of one"
              + " (default: none; answers are quotations)")
  private String model;

  @Option(
      names = "--key-from",
      paramLabel = "VARIABLE",
      description =
          "the environment's variable that holds the server's key (default: no key is sent, whatever"
              + " the environment holds)")
  private String keyFrom;

  @Option(
      names = "--model-path",
      paramLabel = "JAR",
      split = ",",
      description = "where CLASS and what it needs are: jars or folders of classes")
  private List<Path> path = new ArrayList<>();

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      description = "for a server's reply (default: ${DEFAULT-VALUE})")
  private int timeout = 120;

  /**
   * The model that is named.
   *
   * @throws IllegalArgumentException if it can't be made
   */
  public Optional<LanguageModel> model() {
    if (model == null) {
      Check.that(keyFrom == null, "--key-from is for a --model, and none is named");
      Check.that(path.isEmpty(), "--model-path is for a --model, and none is named");
      return Optional.empty();
    }
    int at = model.indexOf("@http");
    if (at > 0) {
      Check.that(path.isEmpty(), "--model-path is for a CLASS, and --model names a server");
      return Optional.of(server(model.substring(0, at), model.substring(at + 1)));
    }
    Check.that(keyFrom == null, "--key-from is for a server, and --model %s names none", model);
    return Optional.of(new LangChain4jLanguageModel(made(), model));
  }

  private LanguageModel server(String name, String url) {
    Check.range("--timeout", timeout, 1, 86_400);
    URI uri;
    try {
      uri = URI.create(url);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("--model's address " + url + " is none", e);
    }
    Optional<String> key = Optional.ofNullable(keyFrom).map(System::getenv);
    Check.that(
        keyFrom == null || key.isPresent(), "--key-from: the environment has no %s", keyFrom);
    return OpenAiCompatible.model(uri, name, key, Duration.ofSeconds(timeout));
  }

  private ChatModel made() {
    List<URL> urls = new ArrayList<>();
    for (Path p : path) {
      Check.that(Files.exists(p), "--model-path: %s is not there", p);
      try {
        urls.add(p.toUri().toURL());
      } catch (MalformedURLException e) {
        throw new IllegalArgumentException("--model-path: " + p + " has no address", e);
      }
    }
    // It stays open as long as the program runs, which is as long as the model may load classes.
    URLClassLoader loader =
        new URLClassLoader(urls.toArray(URL[]::new), ModelOptions.class.getClassLoader());
    Object object;
    try {
      object = Class.forName(model, true, loader).getDeclaredConstructor().newInstance();
    } catch (ReflectiveOperationException | LinkageError e) {
      try {
        loader.close();
      } catch (IOException closing) {
        e.addSuppressed(closing);
      }
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new IllegalArgumentException(
          cause instanceof ClassNotFoundException
              ? "--model is "
                  + model
                  + ": there is no such class, and NAME@URL has a URL that begins with http:// or"
                  + " https://"
              : "--model is " + model + ", which can't be made as a class: " + cause,
          e);
    }
    if (object instanceof Supplier<?> supplier) {
      object = supplier.get();
    }
    Check.that(object instanceof ChatModel, "--model %s is no ChatModel, nor gives one", model);
    return (ChatModel) object;
  }
}
