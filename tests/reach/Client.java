// Java's own HTTP clients, in code that knows of no mirror.
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URL;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;

public class Client {
  public static void main(String[] arguments) throws Exception {
    String url = "https://api.stripe.com/v1/customers";
    String key = "Bearer " + System.getenv("STRIPE_SECRET_KEY");
    HttpURLConnection old = (HttpURLConnection) new URL(url).openConnection();
    old.setRequestProperty("Authorization", key);
    HttpRequest request = HttpRequest.newBuilder(URI.create(url)).header("Authorization", key).build();
    int status = HttpClient.newHttpClient().send(request, BodyHandlers.discarding()).statusCode();
    String refused = "";
    try {
      new URL("https://console.twilio.com/").openStream();
    } catch (IOException problem) {
      refused = problem.getMessage();
    }
    System.out.println(old.getResponseCode() + " " + status + " " + refused.contains("403"));
  }
}
