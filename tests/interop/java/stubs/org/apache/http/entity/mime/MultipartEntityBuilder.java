package org.apache.http.entity.mime;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import org.apache.http.HttpEntity;
import org.apache.http.entity.ByteArrayEntity;

/** Stands in for that of httpmime, which the jar of the generator does not have; as much of it as a client uses. */
public final class MultipartEntityBuilder {
  private static final String BOUNDARY = "part-8f2c1d";
  private final ByteArrayOutputStream form = new ByteArrayOutputStream();

  public static MultipartEntityBuilder create() {
    return new MultipartEntityBuilder();
  }

  public MultipartEntityBuilder addTextBody(String name, String text) {
    return part("name=\"" + name + "\"", text.getBytes(StandardCharsets.UTF_8));
  }

  public MultipartEntityBuilder addBinaryBody(String name, File file) {
    try {
      String head = "name=\"" + name + "\"; filename=\"" + file.getName() + "\"\r\nContent-Type: text/plain";
      return part(head, Files.readAllBytes(file.toPath()));
    } catch (IOException error) {
      throw new UncheckedIOException(error);
    }
  }

  private MultipartEntityBuilder part(String head, byte[] body) {
    String start = "--" + BOUNDARY + "\r\nContent-Disposition: form-data; " + head + "\r\n\r\n";
    form.writeBytes(start.getBytes(StandardCharsets.UTF_8));
    form.writeBytes(body);
    form.writeBytes("\r\n".getBytes(StandardCharsets.UTF_8));
    return this;
  }

  public HttpEntity build() {
    form.writeBytes(("--" + BOUNDARY + "--\r\n").getBytes(StandardCharsets.UTF_8));
    ByteArrayEntity entity = new ByteArrayEntity(form.toByteArray());
    entity.setContentType("multipart/form-data; boundary=" + BOUNDARY);
    return entity;
  }
}
