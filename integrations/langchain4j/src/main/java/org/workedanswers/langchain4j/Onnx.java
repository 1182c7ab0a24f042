package org.workedanswers.langchain4j;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;

/**
 * ONNX Runtime and Hugging Face's tokenizers, told not to report to anyone.
 *
 * <p>ONNX Runtime 1.29 collects events about models and the machine for Microsoft as soon as it is
 * there, unless {@code ORT_DISABLE_TELEMETRY=1} stands in the environment, where Java can't put it;
 * from then on {@link OrtEnvironment#setTelemetry} stops it. It also reads the process's command
 * line with an expression that needs some stack for every character, so that one of a few thousand
 * characters ends the JVM on a thread of the usual size. DJL's tokenizers ask whether they run on
 * Amazon's machines and, where they do, report that.
 */
final class Onnx {
  /** DJL reads it when a tokenizer is made. */
  private static final String DJL_SILENT = "OPT_OUT_TRACKING";

  private static final long STACK = 1L << 29; // reserved, not taken

  private static boolean begun;

  private Onnx() {}

  /**
   * The one environment of this JVM. Call it before the first tokenizer is made.
   *
   * @throws LinkageError if ONNX Runtime can't be loaded
   * @throws OrtException if it does not start
   */
  static synchronized OrtEnvironment environment() throws OrtException {
    if (!begun) {
      if (System.getProperty(DJL_SILENT) == null) {
        System.setProperty(DJL_SILENT, "true");
      }
      begin();
      begun = true;
    }
    OrtEnvironment environment =
        OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);
    environment.setTelemetry(false);
    return environment;
  }

  /** Starts it where there is stack enough; what goes wrong there goes wrong here again. */
  private static void begin() {
    Thread thread =
        new Thread(
            null,
            () -> {
              try {
                OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);
              } catch (IllegalStateException | LinkageError e) {
                System.getLogger(Onnx.class.getName())
                    .log(System.Logger.Level.DEBUG, "ONNX Runtime did not start", e);
              }
            },
            "ONNX Runtime's start",
            STACK);
    thread.setDaemon(true);
    thread.start();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
