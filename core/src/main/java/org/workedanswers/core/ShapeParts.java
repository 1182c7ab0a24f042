package org.workedanswers.core;

import java.util.ArrayList;
import java.util.List;
import org.workedanswers.core.ModelShape.Group;
import org.workedanswers.core.ModelShape.Part;

/** Which weights a model of each kind has, and of which sizes: the rows of {@link ModelShape}. */
final class ShapeParts {
  private final ModelShape shape;

  ShapeParts(ModelShape shape) {
    this.shape = shape;
  }

  /** All of them, in the order in which a token meets them. */
  List<Part> list() {
    return switch (shape.kind()) {
      case DECODER -> decoder();
      case ENCODER -> encoder();
      case ENCODER_DECODER -> encoderDecoder();
    };
  }

  private List<Part> decoder() {
    List<Part> parts = new ArrayList<>();
    parts.add(once("embedding", Group.EMBEDDING, shape.embedding().vocabulary(), shape.dModel()));
    parts.add(everyLayer("attention.norm", Group.NORM, shape.dModel(), 1));
    parts.addAll(attention());
    parts.add(everyLayer("feedForward.norm", Group.NORM, shape.dModel(), 1));
    if (shape.feedForward().experts() > 1) {
      parts.add(everyLayer("router", Group.ROUTER, shape.feedForward().experts(), shape.dModel()));
    }
    parts.add(everyExpert("gate", shape.feedForward().dFf(), shape.dModel()));
    parts.add(everyExpert("up", shape.feedForward().dFf(), shape.dModel()));
    parts.add(everyExpert("down", shape.dModel(), shape.feedForward().dFf()));
    parts.add(once("norm", Group.NORM, shape.dModel(), 1));
    if (!shape.embedding().tied()) {
      parts.add(once("head", Group.OUTPUT, shape.embedding().vocabulary(), shape.dModel()));
    }
    return parts;
  }

  private List<Part> encoder() {
    List<Part> parts = new ArrayList<>();
    parts.add(once("embedding", Group.EMBEDDING, shape.embedding().vocabulary(), shape.dModel()));
    parts.add(once("positions", Group.EMBEDDING, shape.embedding().positions(), shape.dModel()));
    parts.add(once("tokenTypes", Group.EMBEDDING, shape.embedding().tokenTypes(), shape.dModel()));
    parts.add(once("norm", Group.NORM, shape.dModel(), 1));
    parts.add(once("norm.bias", Group.NORM, shape.dModel(), 1));
    for (Part p : attention()) {
      parts.add(p);
      parts.add(everyLayer(p.name() + ".bias", p.group(), p.rows(), 1));
    }
    parts.add(everyLayer("attention.norm", Group.NORM, shape.dModel(), 1));
    parts.add(everyLayer("attention.norm.bias", Group.NORM, shape.dModel(), 1));
    if (shape.feedForward().experts() > 1) {
      parts.add(everyLayer("router", Group.ROUTER, shape.feedForward().experts(), shape.dModel()));
    }
    parts.add(everyExpert("up", shape.feedForward().dFf(), shape.dModel()));
    parts.add(everyExpert("up.bias", shape.feedForward().dFf(), 1));
    parts.add(everyExpert("down", shape.dModel(), shape.feedForward().dFf()));
    parts.add(everyExpert("down.bias", shape.dModel(), 1));
    parts.add(everyLayer("feedForward.norm", Group.NORM, shape.dModel(), 1));
    parts.add(everyLayer("feedForward.norm.bias", Group.NORM, shape.dModel(), 1));
    parts.add(once("pooler", Group.OUTPUT, shape.dModel(), shape.dModel()));
    parts.add(once("pooler.bias", Group.OUTPUT, shape.dModel(), 1));
    return parts;
  }

  private List<Part> encoderDecoder() {
    List<Part> parts = new ArrayList<>();
    parts.add(once("embedding", Group.EMBEDDING, shape.embedding().vocabulary(), shape.dModel()));
    parts.add(
        times(
            2,
            once(
                "distances",
                Group.EMBEDDING,
                shape.embedding().positions(),
                shape.attention().heads())));
    parts.add(times(2, everyLayer("attention.norm", Group.NORM, shape.dModel(), 1)));
    attention().forEach(p -> parts.add(times(2, p)));
    parts.add(everyLayer("cross.norm", Group.NORM, shape.dModel(), 1));
    for (Part p : attention()) {
      parts.add(everyLayer("cross." + p.name(), p.group(), p.rows(), p.cols()));
    }
    parts.add(times(2, everyLayer("feedForward.norm", Group.NORM, shape.dModel(), 1)));
    if (shape.feedForward().experts() > 1) {
      parts.add(
          times(
              2,
              everyLayer("router", Group.ROUTER, shape.feedForward().experts(), shape.dModel())));
    }
    parts.add(times(2, everyExpert("up", shape.feedForward().dFf(), shape.dModel())));
    parts.add(times(2, everyExpert("down", shape.dModel(), shape.feedForward().dFf())));
    parts.add(times(2, once("norm", Group.NORM, shape.dModel(), 1)));
    if (!shape.embedding().tied()) {
      parts.add(once("head", Group.OUTPUT, shape.embedding().vocabulary(), shape.dModel()));
    }
    return parts;
  }

  private List<Part> attention() {
    int queries = shape.attention().heads() * shape.attention().headSize();
    int keys = shape.attention().kvHeads() * shape.attention().headSize();
    return List.of(
        everyLayer("q", Group.ATTENTION, queries, shape.dModel()),
        everyLayer("k", Group.ATTENTION, keys, shape.dModel()),
        everyLayer("v", Group.ATTENTION, keys, shape.dModel()),
        everyLayer("o", Group.ATTENTION, shape.dModel(), queries));
  }

  private static Part once(String part, Group group, int rows, int cols) {
    return new Part(part, group, rows, cols, 1, 1);
  }

  private Part everyLayer(String part, Group group, int rows, int cols) {
    return new Part(part, group, rows, cols, shape.layers(), shape.layers());
  }

  private static Part times(int stacks, Part p) {
    return new Part(
        p.name(), p.group(), p.rows(), p.cols(), stacks * p.count(), stacks * p.active());
  }

  private Part everyExpert(String part, int rows, int cols) {
    return new Part(
        part,
        Group.FEED_FORWARD,
        rows,
        cols,
        shape.layers() * shape.feedForward().experts(),
        shape.layers() * shape.feedForward().activeExperts());
  }
}
