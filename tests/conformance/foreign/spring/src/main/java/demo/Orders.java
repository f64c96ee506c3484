package demo;

import io.github.resilience4j.circuitbreaker.annotation.CircuitBreaker;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.List;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.http.ResponseEntity;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.stereotype.Service;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.HttpClientErrorException;
import org.springframework.web.client.RestClient;

/** A Spring Boot service: each dependency behind resilience4j's annotation, with a fallback. */
@SpringBootApplication
public class Orders {
    public static void main(String[] arguments) {
        SpringApplication.run(Orders.class, arguments);
    }

    @Bean
    RestClient client(@Value("${call-timeout-ms}") int limit) {
        var http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofMillis(limit)).build();
        var factory = new JdkClientHttpRequestFactory(http);
        factory.setReadTimeout(Duration.ofMillis(limit));
        return RestClient.builder().requestFactory(factory).build();
    }

    public record Found(List<?> agents, boolean fallback) {}

    @Service
    public static class Dependencies {
        private final RestClient client;

        Dependencies(RestClient client) {
            this.client = client;
        }

        @CircuitBreaker(name = "first", fallbackMethod = "none")
        public Found first() {
            return get("FIRST_URL");
        }

        @CircuitBreaker(name = "second", fallbackMethod = "none")
        public Found second() {
            return get("SECOND_URL");
        }

        private Found get(String variable) {
            var url = System.getenv(variable) + "/agents";
            return new Found(client.get().uri(url).retrieve().body(List.class), false);
        }

        Found none(HttpClientErrorException missing) {
            throw missing;
        }

        Found none(Throwable cause) {
            return new Found(List.of(), true);
        }
    }

    @RestController
    public static class Pages {
        private final Dependencies dependencies;

        Pages(Dependencies dependencies) {
            this.dependencies = dependencies;
        }

        @GetMapping("/healthz")
        public String health() {
            return "ok";
        }

        @GetMapping("/first")
        public ResponseEntity<List<?>> first() {
            return answer("first", dependencies.first());
        }

        @GetMapping("/second")
        public ResponseEntity<List<?>> second() {
            return answer("second", dependencies.second());
        }

        private ResponseEntity<List<?>> answer(String name, Found found) {
            var answer = ResponseEntity.ok();
            if (found.fallback()) {
                answer.header("X-Fallback", name);
            }
            return answer.body(found.agents());
        }
    }
}
