import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Executors;

/** A JVM service without a framework: each dependency behind a resilience4j breaker of its own. */
public final class Orders {
    static final class Missing extends Exception {}

    private static final Duration TIMEOUT = Duration.ofMillis(setting("CALL_TIMEOUT_MS", 800));
    private static final HttpClient CLIENT = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1).connectTimeout(TIMEOUT).build();

    public static void main(String[] arguments) throws IOException {
        var server = HttpServer.create(
                new InetSocketAddress(arguments[0], Integer.parseInt(arguments[1])), 256);
        server.setExecutor(Executors.newCachedThreadPool());
        server.createContext("/healthz", exchange -> answer(exchange, 200, "ok"));
        for (var name : new String[] {"first", "second"}) {
            var breaker = CircuitBreaker.of(name, config());
            var url = URI.create(System.getenv(name.toUpperCase() + "_URL") + "/agents");
            server.createContext("/" + name, exchange -> handle(exchange, name, breaker, url));
        }
        server.start();
    }

    private static CircuitBreakerConfig config() {
        return CircuitBreakerConfig.custom()
                .slidingWindowSize(setting("WINDOW_CALLS", 6))
                .minimumNumberOfCalls(setting("MINIMUM", 3))
                .failureRateThreshold(setting("SHARE", 50))
                .waitDurationInOpenState(Duration.ofMillis(setting("RECOVERY_MS", 1500)))
                .permittedNumberOfCallsInHalfOpenState(setting("PROBES", 2))
                .ignoreExceptions(Missing.class)
                .build();
    }

    private static void handle(HttpExchange exchange, String name, CircuitBreaker breaker, URI url)
            throws IOException {
        try {
            answer(exchange, 200, breaker.executeCallable(() -> get(url)));
        } catch (Missing missing) {
            answer(exchange, 404, "no such thing");
        } catch (Exception failure) {
            exchange.getResponseHeaders().set("X-Fallback", name);
            answer(exchange, 200, "[]");
        }
    }

    private static String get(URI url) throws Exception {
        var request = HttpRequest.newBuilder(url).timeout(TIMEOUT).build();
        // The request's own limit ends with the head of the answer; this one holds for all of it.
        var answer = CLIENT.sendAsync(request, BodyHandlers.ofString())
                .orTimeout(TIMEOUT.toMillis(), java.util.concurrent.TimeUnit.MILLISECONDS).get();
        if (answer.statusCode() >= 400 && answer.statusCode() < 500) throw new Missing();
        if (answer.statusCode() != 200) throw new IOException("status " + answer.statusCode());
        if (!answer.body().startsWith("[")) throw new IOException("no list");
        return answer.body();
    }

    private static void answer(HttpExchange exchange, int status, String text) throws IOException {
        var body = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, body.length);
        try (var out = exchange.getResponseBody()) {
            out.write(body);
        }
    }

    private static int setting(String name, int otherwise) {
        var found = System.getenv(name);
        return found == null ? otherwise : Integer.parseInt(found);
    }
}
