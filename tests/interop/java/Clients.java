import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.net.URI;
import java.net.URLDecoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.openapitools.client.ApiClient;
import org.openapitools.client.ApiException;
import org.openapitools.client.ApiResponse;

/** What the programs of both forms have in common: the client, what is asked of the simulator, and the kit. */
final class Clients {
  private static final ObjectMapper JSON = ApiClient.createDefaultObjectMapper();
  private static final HttpClient PLAIN = HttpClient.newHttpClient();

  private Clients() {}

  /** Replays the kit into a client, and writes what it found besides the credentials. */
  static void tell(ApiClient client, Set<String> credentials, String[] given) throws Exception {
    Path document = Path.of(given[0]);
    ObjectNode row = replay(client, given[3], Path.of(given[1]), JSON.readTree(document.toFile()));
    row.put("client", "openapi-generator (java, native)").put("document", document.getFileName().toString());
    row.set("credentials", JSON.valueToTree(credentials));
    Files.writeString(Path.of("results.json"), row.toString());
  }

  static void check(String what, Object seen, Object expected) {
    if (!Objects.equals(seen, expected)) {
      throw new IllegalStateException(what + ": saw " + seen + ", expected " + expected);
    }
    System.out.println("ok  " + what);
  }

  private static HttpResponse<String> plain(String method, String address, JsonNode body) throws Exception {
    HttpRequest.BodyPublisher sent =
        body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body.toString());
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(address)).header("Content-Type", "application/json").method(method, sent).build();
    return PLAIN.send(request, HttpResponse.BodyHandlers.ofString());
  }

  /** What the simulator tells tests and does for them, and the service does not. */
  static JsonNode control(String endpoint, String target, String body) throws Exception {
    JsonNode sent = body == null ? null : JSON.readTree(body);
    HttpResponse<String> answer = plain(sent == null ? "GET" : "POST", endpoint + "/_sim" + target, sent);
    check("control " + target.replaceAll("\\?.*", ""), answer.statusCode(), 200);
    return JSON.readTree(answer.body());
  }

  /** A token, which no client made of the description gets by itself: it is another service that gives it. */
  static String signedIn(String endpoint) throws Exception {
    String user = "{\"name\":\"demo\",\"password\":\"demo\",\"domain\":{\"name\":\"demo\"}}";
    String identity = "{\"methods\":[\"password\"],\"password\":{\"user\":" + user + "}}";
    String body = "{\"auth\":{\"identity\":" + identity + ",\"scope\":{\"domain\":{\"name\":\"demo\"}}}}";
    HttpResponse<String> answer = plain("POST", endpoint + "/v3/auth/tokens", JSON.readTree(body));
    return answer.headers().firstValue("X-Subject-Token").orElseThrow();
  }

  static ApiClient client(String endpoint, String token) {
    return prepared(new ApiClient(), endpoint, token);
  }

  /** The native library leaves the token out: an interceptor puts it in. */
  static ApiClient prepared(ApiClient client, String endpoint, String token) {
    client.updateBaseUri(endpoint);
    client.setRequestInterceptor(request -> request.header("X-Auth-Token", token));
    return client;
  }

  /** The body of a success. The status alone proves none: a failure may come with HTTP 200. */
  static <T> T done(String what, T body) {
    check(what, code(body), null);
    return body;
  }

  static String code(Object body) {
    JsonNode code = JSON.valueToTree(body).path("error_code");
    // The tolerant form lets a number be one; 0 is none.
    boolean isCode = code.isNumber() ? code.asDouble() != 0 : code.isTextual() && !code.asText().isEmpty();
    return isCode ? code.asText() : null;
  }

  /** The credentials that arrived, which are the same in each request. */
  static Set<String> credentials(String endpoint) throws Exception {
    Set<String> seen = new TreeSet<>();
    for (JsonNode one : control(endpoint, "/journal", null).get("entries")) {
      if (!"createToken".equals(one.path("operation").asText())) {
        List<String> names = new ArrayList<>();
        one.get("credentials").forEach(name -> names.add(name.asText()));
        seen.add(String.join(" ", names));
      }
    }
    check("each request came with one credential", seen, Set.of("x-auth-token"));
    return seen;
  }

  /** A request that the client has no way to make. */
  private static final class Unaskable extends Exception {
    private static final long serialVersionUID = 1;
  }

  /** An operation: its method in the client, and where its parameters are. */
  private record Operation(Object api, Method call, String template, Set<String> parameters) {}

  /** A name as nobody spells it: the client writes `caseId` for `case_id`, and `_file` for `file`. */
  private static String plainName(String name) {
    return name.replaceAll("[^A-Za-z0-9]", "").toLowerCase();
  }

  private static Map<String, Operation> operations(JsonNode description, ApiClient client) throws Exception {
    Map<String, Operation> all = new HashMap<>();
    for (var path : description.get("paths").properties()) {
      for (JsonNode said : path.getValue()) {
        String name = said.path("operationId").asText();
        if (name.isEmpty()) {
          continue;
        }
        String tag = said.get("tags").get(0).asText();
        String api = "org.openapitools.client.api." + tag.substring(0, 1).toUpperCase() + tag.substring(1) + "Api";
        Object made = Class.forName(api).getConstructor(ApiClient.class).newInstance(client);
        Method call =
            Stream.of(made.getClass().getMethods())
                .filter(one -> one.getName().equals(name + "WithHttpInfo"))
                .max((one, other) -> one.getParameterCount() - other.getParameterCount())
                .orElseThrow();
        Set<String> parameters = new TreeSet<>();
        for (JsonNode parameter : said.path("parameters")) {
          String[] reference = parameter.path("$ref").asText().split("/");
          JsonNode one = reference.length > 1 ? description.at("/components/parameters/" + reference[3]) : parameter;
          parameters.add(plainName(one.get("name").asText()));
        }
        all.put(name, new Operation(made, call, path.getKey(), parameters));
      }
    }
    return all;
  }

  /** A body with what `$repeat` and `$list` stand for. */
  private static JsonNode whole(JsonNode value) {
    if (value.has("$repeat")) {
      JsonNode said = value.get("$repeat");
      return JSON.getNodeFactory().textNode(said.get(0).asText().repeat(said.get(1).asInt()));
    }
    if (value.has("$list")) {
      JsonNode said = value.get("$list");
      ArrayNode list = JSON.createArrayNode();
      for (int at = 0; at < said.get(1).asInt(); at++) {
        list.add(whole(said.get(0)));
      }
      return list;
    }
    if (value.isObject()) {
      ObjectNode made = JSON.createObjectNode();
      value.properties().forEach(one -> made.set(one.getKey(), whole(one.getValue())));
      return made;
    }
    if (value.isArray()) {
      ArrayNode made = JSON.createArrayNode();
      value.forEach(one -> made.add(whole(one)));
      return made;
    }
    return value;
  }

  private static Object[] arguments(Operation operation, JsonNode request, String name, Path place) throws Exception {
    Map<String, Object> values = new HashMap<>();
    String[] template = operation.template().split("/", -1);
    String[] path = request.get("path").asText().split("/", -1);
    if (template.length != path.length || request.has("body_text")) {
      throw new Unaskable();
    }
    for (int at = 0; at < path.length; at++) {
      if (template[at].startsWith("{")) {
        values.put(plainName(template[at]), URLDecoder.decode(path[at].replace("+", "%2B"), StandardCharsets.UTF_8));
      } else if (!template[at].equals(path[at])) {
        throw new Unaskable();
      }
    }
    for (JsonNode pair : request.path("query")) {
      String key = plainName(pair.get(0).asText());
      Object before = values.get(key);
      List<Object> list = before instanceof List<?> known ? new ArrayList<>(known) : new ArrayList<>();
      list.add(pair.get(1).asText());
      values.put(key, list);
    }
    for (var header : request.path("headers").properties()) {
      values.put(plainName(header.getKey()), header.getValue().asText());
    }
    if (!operation.parameters().containsAll(values.keySet())) {
      throw new Unaskable();
    }
    for (var part : request.path("form").properties()) {
      JsonNode said = whole(part.getValue());
      values.put(plainName(part.getKey()), said.isObject() ? file(said, place) : said.asText());
    }
    Parameter[] takes = operation.call().getParameters();
    Object[] arguments = new Object[takes.length];
    arguments[takes.length - 1] = Map.of("X-Replay", name);
    for (int at = 0; at < takes.length - 1; at++) {
      String key = plainName(takes[at].getName());
      var type = JSON.constructType(takes[at].getParameterizedType());
      Object value = values.remove(key);
      if (value == null && !operation.parameters().contains(key) && request.has("body")) {
        value = whole(request.get("body"));
      } else if (value instanceof List<?> list && !type.isCollectionLikeType()) {
        value = list.size() == 1 ? list.get(0) : list;
      }
      try {
        boolean isReady = value == null || type.isTypeOrSubTypeOf(java.io.File.class);
        arguments[at] = isReady ? value : JSON.convertValue(value, type);
      } catch (IllegalArgumentException error) {
        throw new Unaskable();
      }
    }
    if (!values.isEmpty()) {
      throw new Unaskable();
    }
    return arguments;
  }

  private static java.io.File file(JsonNode said, Path place) throws Unaskable {
    try {
      Path file = place.resolve(said.get("name").asText());
      Files.writeString(file, said.get("content").asText());
      return file.toFile();
    } catch (IOException | IllegalArgumentException error) {
      throw new Unaskable();
    }
  }

  /** Why the client gives no answer; an empty text for an answer. */
  private static String outcome(Operation operation, Object[] arguments) throws IllegalAccessException {
    try {
      var answer = (ApiResponse<?>) operation.call().invoke(operation.api(), arguments);
      if (answer.getData() == null) {
        return "no object";
      }
      boolean isFile = answer.getData() instanceof java.io.File;
      return isFile || code(answer.getData()) == null ? "" : "error_code";
    } catch (InvocationTargetException error) {
      Throwable cause = error.getCause();
      if (cause instanceof ApiException failed) {
        Throwable inner = failed.getCause();
        return inner == null ? "HTTP " + failed.getCode() : inner.getClass().getSimpleName();
      }
      return cause.getClass().getSimpleName();
    }
  }

  private static ObjectNode replay(ApiClient client, String endpoint, Path kit, JsonNode description) throws Exception {
    plain("DELETE", endpoint + "/_replay", null);
    Map<String, Operation> known = operations(description, client);
    Map<String, String> said = new HashMap<>();
    Path place = Files.createTempDirectory(Path.of("."), "replay");
    List<Path> files;
    try (Stream<Path> found = Files.walk(kit.resolve("exchanges"))) {
      files = found.filter(one -> one.toString().endsWith(".json")).sorted().toList();
    }
    for (Path file : files) {
      String directory = file.getParent().getFileName().toString();
      String name = directory + "/" + file.getFileName().toString().replaceAll("\\.json$", "");
      try {
        Operation operation = known.get(directory);
        JsonNode request = JSON.readTree(file.toFile()).get("request");
        said.put(name, outcome(operation, arguments(operation, request, name, place)));
      } catch (Unaskable none) {
        continue;
      } catch (JsonProcessingException error) {
        throw new IllegalStateException(name + " is no JSON", error);
      }
    }
    JsonNode rows = JSON.readTree(plain("GET", endpoint + "/_replay", null).body()).get("exchanges");
    StringBuilder told = new StringBuilder();
    int asked = 0;
    int successes = 0;
    int refused = 0;
    int taken = 0;
    for (JsonNode row : rows) {
      String outcome = said.get(row.get("name").asText());
      if (outcome == null || row.get("given").asInt() == 0) {
        continue;
      }
      asked++;
      boolean isSuccess = row.get("verdict").asText().equals("success");
      successes += isSuccess ? 1 : 0;
      if (isSuccess && !outcome.isEmpty()) {
        refused++;
        told.append("refused ").append(row.get("name").asText()).append(": ").append(outcome).append('\n');
      } else if (!isSuccess && outcome.isEmpty()) {
        taken++;
        told.append("taken for a success: ").append(row.get("name").asText()).append('\n');
      }
    }
    Files.writeString(Path.of("exchanges.txt"), told);
    System.out.println(asked + " of " + rows.size() + " exchanges asked; refused: " + refused + "; taken: " + taken);
    return JSON.createObjectNode().put("asked", asked).put("successes", successes).put("refused", refused).put("taken", taken);
  }
}
