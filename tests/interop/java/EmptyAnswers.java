import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.io.UncheckedIOException;
import java.net.Authenticator;
import java.net.CookieHandler;
import java.net.ProxySelector;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;

/** An empty answer with HTTP 200 says that it was done (D-36), and the client of openapi-generator gives nothing for it: this one puts an empty object there. */
final class EmptyAnswers extends HttpClient {
  private final HttpClient inner;

  EmptyAnswers(HttpClient inner) {
    this.inner = inner;
  }

  @Override
  public <T> HttpResponse<T> send(HttpRequest request, HttpResponse.BodyHandler<T> handler)
      throws IOException, InterruptedException {
    return inner.send(request, filled(handler));
  }

  @Override
  public <T> CompletableFuture<HttpResponse<T>> sendAsync(HttpRequest request, HttpResponse.BodyHandler<T> handler) {
    return inner.sendAsync(request, filled(handler));
  }

  @Override
  public <T> CompletableFuture<HttpResponse<T>> sendAsync(
      HttpRequest request, HttpResponse.BodyHandler<T> handler, HttpResponse.PushPromiseHandler<T> pushed) {
    return inner.sendAsync(request, filled(handler), pushed);
  }

  private static <T> HttpResponse.BodyHandler<T> filled(HttpResponse.BodyHandler<T> handler) {
    return head -> {
      boolean isFile = head.headers().firstValue("Content-Type").orElse("").startsWith("application/octet-stream");
      HttpResponse.BodySubscriber<T> reader = handler.apply(head);
      return head.statusCode() != 200 || isFile ? reader : HttpResponse.BodySubscribers.mapping(reader, EmptyAnswers::fill);
    };
  }

  @SuppressWarnings("unchecked")
  private static <T> T fill(T body) {
    if (!(body instanceof InputStream arriving)) {
      return body;
    }
    try {
      PushbackInputStream known = new PushbackInputStream(arriving);
      int first = known.read();
      if (first < 0) {
        return (T) new ByteArrayInputStream("{}".getBytes(StandardCharsets.UTF_8));
      }
      known.unread(first);
      return (T) known;
    } catch (IOException error) {
      throw new UncheckedIOException(error);
    }
  }

  @Override
  public Optional<CookieHandler> cookieHandler() {
    return inner.cookieHandler();
  }

  @Override
  public Optional<Duration> connectTimeout() {
    return inner.connectTimeout();
  }

  @Override
  public Redirect followRedirects() {
    return inner.followRedirects();
  }

  @Override
  public Optional<ProxySelector> proxy() {
    return inner.proxy();
  }

  @Override
  public SSLContext sslContext() {
    return inner.sslContext();
  }

  @Override
  public SSLParameters sslParameters() {
    return inner.sslParameters();
  }

  @Override
  public Optional<Authenticator> authenticator() {
    return inner.authenticator();
  }

  @Override
  public Version version() {
    return inner.version();
  }

  @Override
  public Optional<Executor> executor() {
    return inner.executor();
  }
}
