// Quotes: a Go service that asks a rate service for each quote, behind sony/gobreaker.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log"
	"net/http"
	"os"
	"time"

	"github.com/sony/gobreaker/v2"
)

type rate struct {
	Currency string  `json:"currency"`
	Rate     float64 `json:"rate"`
}

var errStatus = errors.New("the rate service did not answer 200")

// ask gets today's rate. The transport keeps connections; the client's timeout covers everything.
func ask(client *http.Client, url string) (rate, error) {
	answer, err := client.Get(url + "/eur.json")
	if err != nil {
		return rate{}, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return rate{}, fmt.Errorf("%w but %d", errStatus, answer.StatusCode)
	}
	var found rate
	err = json.NewDecoder(answer.Body).Decode(&found)
	return found, err
}

// failures returns after how many failures in a row the breaker opens.
func failures() uint32 {
	if os.Getenv("BREAKER") == "off" {
		return 1 << 30
	}
	return 3
}

// recovery returns how long an open breaker waits before it lets a request try again.
func recovery() time.Duration {
	if text := os.Getenv("BREAKER_RECOVERY"); text != "" {
		if wait, err := time.ParseDuration(text); err == nil {
			return wait
		}
		log.Fatalf("BREAKER_RECOVERY=%q: expected a duration such as 30s", text)
	}
	return 30 * time.Second
}

func main() {
	listen := flag.String("listen", "127.0.0.1:8080", "address to listen on")
	flag.Parse()
	rates := os.Getenv("RATES_URL")
	client := &http.Client{Timeout: time.Second}
	breaker := gobreaker.NewCircuitBreaker[rate](gobreaker.Settings{
		Name:        "rates",
		MaxRequests: 2,
		Timeout:     recovery(),
		ReadyToTrip: func(counts gobreaker.Counts) bool {
			return counts.ConsecutiveFailures >= failures()
		},
	})

	http.HandleFunc("/healthz", func(answer http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(answer, "ok")
	})
	http.HandleFunc("/quote", func(answer http.ResponseWriter, _ *http.Request) {
		found, err := breaker.Execute(func() (rate, error) { return ask(client, rates) })
		if err != nil {
			// The last rate that was published by hand.
			found = rate{Currency: "EUR", Rate: 1}
			answer.Header().Set("X-Fallback", "rates")
		}
		answer.Header().Set("Content-Type", "application/json")
		json.NewEncoder(answer).Encode(found)
	})
	log.Fatal(http.ListenAndServe(*listen, nil))
}
