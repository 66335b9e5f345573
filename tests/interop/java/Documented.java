import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.openapitools.client.ApiClient;
import org.openapitools.client.api.AttachmentsApi;
import org.openapitools.client.api.MessagesApi;
import org.openapitools.client.api.TicketsApi;
import org.openapitools.client.model.CreateMessageDoV2;
import org.openapitools.client.model.CreateMessageV2Req;
import org.openapitools.client.model.CreateOrderIncidentV2Req;
import org.openapitools.client.model.UpdateUnreadNewInstantMsgV2Req;
import org.openapitools.client.model.WorkOrderOperateV2Req;

/** Talks through the client that openapi-generator makes of the documented form, and replays the kit into it. */
public final class Documented {
  private static final String OLD = "case-123";
  private static final String OTHER = "TT202611210003";
  private static final String TEXT = "磁盘又满了 🙂 the disk is full again";
  private static final String ANSWER = "Have you tried it with a horse?";
  private static final String QUESTION = "How do I resize a zebra?";

  private Documented() {}

  public static void main(String[] given) throws Exception {
    Set<String> credentials = converse(given[2]);
    Clients.tell(Clients.client(given[3], "TOKENEXAMPLE"), credentials, given);
  }

  private static Set<String> converse(String endpoint) throws Exception {
    Clients.control(endpoint, "/reset", "{}");
    ApiClient client = Clients.client(endpoint, Clients.signedIn(endpoint));
    TicketsApi tickets = new TicketsApi(client);
    MessagesApi messages = new MessagesApi(client);

    CreateOrderIncidentV2Req question =
        new CreateOrderIncidentV2Req()
            .businessTypeId("5efc9f47ace944bfafd054161409f15b")
            .productCategoryId("123")
            .simpleDescription(QUESTION)
            .sourceId("83aeb0f2834c4df49826c781d32a963e");
    String ticket =
        Clients.done("a ticket is created", tickets.createCases(question, null, null, null, null, null)).getIncidentId();
    Path file = Files.createTempDirectory(Path.of("."), "upload").resolve("df.txt");
    Files.writeString(file, "full");
    String purpose = "{\"accessFrom\":\"message\"}";
    String stored =
        Clients.done("a file is uploaded", new AttachmentsApi(client).uploadAccessory(file.toFile(), purpose, null, null, null))
            .getAccessoryId();
    CreateMessageV2Req message =
        new CreateMessageV2Req().type(0).message(new CreateMessageDoV2().content(TEXT).accessoryIds(List.of(stored)));
    Clients.done("a message is submitted", messages.createMessages(ticket, message, null, null, null));

    List<String> three = List.of(ticket, OLD, OTHER);
    String cursor =
        Clients.done("polled", messages.listNewInstantMessages(three, null, null, null, null, null, null)).getLastMessageTimeId();
    Clients.control(endpoint, "/reply", "{\"ticket\":\"" + ticket + "\",\"content\":\"" + ANSWER + "\"}");
    var news = Clients.done("polled again", messages.listNewInstantMessages(three, cursor, null, null, null, null, null));
    List<String> fresh = news.getImmsg().stream().map(one -> one.getIncidentId()).toList();
    Clients.check("the answer of the engineer is new", fresh, List.of(ticket));
    var unread = Clients.done("unread, with three ids", messages.listUnreadNewInstantMessages(three, null, null, null, null));
    Map<String, Long> counts = new TreeMap<>();
    unread.getImunread().forEach(one -> counts.put(one.getIncidentId(), one.getUnreadNum()));
    Clients.check("each ticket is counted", counts.keySet(), new TreeSet<>(three));
    Clients.check("one message is unread", counts.get(ticket), 1L);
    var page = Clients.done("history", messages.listMessages(ticket, null, 0, 10, null, null, null, null)).getMessageList();
    List<String> texts = page.stream().map(one -> one.getContent()).toList();
    Clients.check("history, newest first", texts, List.of(ANSWER, TEXT, QUESTION));
    Clients.check("the file is on the message", page.get(1).getAccessoryList().get(0).getAccessoryId(), stored);
    var older = messages.listMoreInstantMessages(OLD, "2099-01-01 00:00:00", 1, 2, null, null, null, null, null);
    Clients.check("older messages", Clients.done("history before a time", older).getMessageList().size(), 2);
    var nothing = new UpdateUnreadNewInstantMsgV2Req();
    Clients.done("marked as read", messages.updateNewInstantMessagesRead(ticket, nothing, null, null, null));
    var left = Clients.done("unread", messages.listUnreadNewInstantMessages(List.of(ticket), null, null, null, null));
    Clients.check("nothing is unread", left.getImunread().get(0).getUnreadNum(), 0L);

    var detail = Clients.done("detail", tickets.showCaseDetail(ticket, null, null, null, null, null)).getIncidentDetailInfo();
    String own =
        detail.getMessageList().stream().filter(one -> TEXT.equals(one.getContent())).findFirst().orElseThrow().getMessageId();
    Clients.done("recalled", messages.revokeMessage(ticket, own, null, null, null));
    Clients.control(endpoint, "/status", "{\"ticket\":\"" + ticket + "\",\"status\":\"to_confirm\"}");
    var why = new WorkOrderOperateV2Req().operateDesc("Solved.");
    Clients.done("closed", tickets.updateCases(ticket, "close", why, null, null, null));
    Clients.check("it is over", String.valueOf(tickets.showCaseStatus(ticket, null, null, null).getStatus()), "3");

    var refused = tickets.showCaseStatusWithHttpInfo("nowhere", null, null, null);
    Clients.check("an error in HTTP 200 is seen", refused.getStatusCode() + " " + Clients.code(refused.getData()), "200 OSM.01010015");

    List<Boolean> told = new ArrayList<>();
    for (JsonNode one : Clients.control(endpoint, "/ledger?ticket=" + ticket, null).get("arrivals")) {
      if ("customer".equals(one.path("author").asText()) && TEXT.equals(one.path("text").asText())) {
        told.add(one.path("recalled").asBoolean());
      }
    }
    Clients.check("the ledger has the message, once, and recalled", told, List.of(true));
    return Clients.credentials(endpoint);
  }
}
