// A Go service, each dependency behind a breaker of its own: BREAKER names which library's.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/failsafe-go/failsafe-go"
	"github.com/failsafe-go/failsafe-go/circuitbreaker"
	"github.com/sony/gobreaker/v2"
)

var errMissing = errors.New("no such thing")

type call func() ([]byte, error)
type guard func(call) ([]byte, error)

func setting(name string, otherwise int) int {
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	number, err := strconv.Atoi(text)
	if err != nil {
		log.Fatalf("%s=%q: expected a whole number", name, text)
	}
	return number
}

func milliseconds(name string, otherwise int) time.Duration {
	return time.Duration(setting(name, otherwise)) * time.Millisecond
}

func goBreaker(trips func(gobreaker.Counts) bool) guard {
	breaker := gobreaker.NewCircuitBreaker[[]byte](gobreaker.Settings{
		MaxRequests: uint32(setting("PROBES", 2)),
		Timeout:     milliseconds("RECOVERY_MS", 1500),
		ReadyToTrip: trips,
		IsSuccessful: func(err error) bool {
			return err == nil || errors.Is(err, errMissing)
		},
	})
	return func(made call) ([]byte, error) { return breaker.Execute(made) }
}

func failsafeBreaker() guard {
	breaker := circuitbreaker.NewBuilder[[]byte]().
		WithFailureThreshold(uint(setting("THRESHOLD", 3))).
		WithSuccessThreshold(uint(setting("PROBES", 2))).
		WithDelay(milliseconds("RECOVERY_MS", 1500)).
		HandleIf(func(_ []byte, err error) bool {
			return err != nil && !errors.Is(err, errMissing)
		}).
		Build()
	return func(made call) ([]byte, error) {
		return failsafe.With[[]byte](breaker).Get(made)
	}
}

func newGuard(name string) guard {
	switch name {
	case "", "gobreaker":
		most := uint32(setting("THRESHOLD", 3))
		return goBreaker(func(counts gobreaker.Counts) bool {
			return counts.ConsecutiveFailures >= most
		})
	case "gobreaker-ratio":
		// As in gobreaker's own example of a ReadyToTrip.
		least, share := uint32(setting("MINIMUM", 3)), float64(setting("SHARE", 60))/100
		return goBreaker(func(counts gobreaker.Counts) bool {
			ratio := float64(counts.TotalFailures) / float64(counts.Requests)
			return counts.Requests >= least && ratio >= share
		})
	case "failsafe-go":
		return failsafeBreaker()
	}
	log.Fatalf("BREAKER=%q: expected gobreaker, gobreaker-ratio or failsafe-go", name)
	return nil
}

func get(client *http.Client, url string) ([]byte, error) {
	answer, err := client.Get(url)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	switch {
	case err != nil:
		return nil, err
	case answer.StatusCode >= 400 && answer.StatusCode < 500:
		return nil, errMissing
	case answer.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("status %d", answer.StatusCode)
	case !json.Valid(body):
		return nil, errors.New("no JSON")
	}
	return body, nil
}

func main() {
	client := &http.Client{Timeout: milliseconds("CALL_TIMEOUT_MS", 800)}
	http.HandleFunc("/healthz", func(answer http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(answer, "ok")
	})
	for _, name := range []string{"first", "second"} {
		guarded := newGuard(os.Getenv("BREAKER"))
		url := os.Getenv(strings.ToUpper(name)+"_URL") + "/agents"
		http.HandleFunc("/"+name, func(answer http.ResponseWriter, _ *http.Request) {
			body, err := guarded(func() ([]byte, error) { return get(client, url) })
			switch {
			case errors.Is(err, errMissing):
				http.Error(answer, err.Error(), http.StatusNotFound)
			case err != nil:
				answer.Header().Set("X-Fallback", name)
				answer.Write([]byte("[]"))
			default:
				answer.Write(body)
			}
		})
	}
	log.Fatal(http.ListenAndServe(os.Args[1], nil))
}
