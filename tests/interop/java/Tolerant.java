import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpClient;
import java.util.Set;
import org.openapitools.client.ApiClient;
import org.openapitools.client.api.MessagesApi;
import org.openapitools.client.api.TicketsApi;
import org.openapitools.client.model.CreateMessageDoV2;
import org.openapitools.client.model.CreateMessageV2Req;

/**
 * Replays the kit into the client that openapi-generator makes of the tolerant form. Its types of answers are choices, so the
 * whole conversation is held with the documented form; here a write and a read tell which credentials a request carries.
 */
public final class Tolerant {
  private Tolerant() {}

  public static void main(String[] given) throws Exception {
    Clients.control(given[2], "/reset", "{}");
    ApiClient talking = client(given[2], Clients.signedIn(given[2]));
    CreateMessageV2Req message = new CreateMessageV2Req().type(0).message(new CreateMessageDoV2().content("Is it back?"));
    Clients.done("a message is submitted", new MessagesApi(talking).createMessages("case-123", message, null, null, null));
    Clients.done("status", new TicketsApi(talking).showCaseStatus("case-123", null, null, null));
    Set<String> credentials = Clients.credentials(given[2]);
    Clients.tell(client(given[3], "TOKENEXAMPLE"), credentials, given);
  }

  /** Null counts as left out, a text stays a text also where a number may stand, and an empty answer is an empty object. */
  private static ApiClient client(String endpoint, String token) {
    ObjectMapper json = ApiClient.createDefaultObjectMapper();
    json.setDefaultSetterInfo(JsonSetter.Value.forValueNulls(Nulls.SKIP, Nulls.SKIP));
    json.configure(MapperFeature.ALLOW_COERCION_OF_SCALARS, false);
    ApiClient client =
        new ApiClient() {
          @Override
          public HttpClient getHttpClient() {
            return new EmptyAnswers(super.getHttpClient());
          }
        };
    client.setObjectMapper(json);
    return Clients.prepared(client, endpoint, token);
  }
}
