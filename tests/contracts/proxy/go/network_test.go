package witness

import (
	"errors"
	"io"
	"net"
	"os"
	"syscall"
	"testing"
	"time"

	toxiproxy "github.com/Shopify/toxiproxy/v2/client"
)

const deadline = 10 * time.Second

// never stands for a time that no test waits for, in milliseconds.
const never = 60_000

// server returns a client of the server under test, without proxies, as it is again at the end.
func server(t *testing.T) *toxiproxy.Client {
	t.Helper()
	address := os.Getenv("WINDTUNNEL_WITNESS_SERVER")
	if address == "" {
		t.Fatal("WINDTUNNEL_WITNESS_SERVER: expected the control port's host:port, found nothing")
	}
	client := toxiproxy.NewClient(address)
	t.Cleanup(func() {
		for _, proxy := range must(client.Proxies())(t) {
			check(t, proxy.Delete())
		}
	})
	return client
}

// proxied returns a proxy named "p" that leads to an echo server.
func proxied(t *testing.T, client *toxiproxy.Client) *toxiproxy.Proxy {
	t.Helper()
	return must(client.CreateProxy("p", "127.0.0.1:0", echo(t)))(t)
}

// echo returns the address of a server that sends back what it gets.
func echo(t *testing.T) string {
	t.Helper()
	listener := must(net.Listen("tcp", "127.0.0.1:0"))(t)
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer connection.Close()
				io.Copy(connection, connection)
			}()
		}
	}()
	return listener.Addr().String()
}

func dial(t *testing.T, proxy *toxiproxy.Proxy) net.Conn {
	t.Helper()
	connection := must(net.DialTimeout("tcp", proxy.Listen, deadline))(t)
	check(t, connection.SetDeadline(time.Now().Add(deadline)))
	t.Cleanup(func() { connection.Close() })
	return connection
}

// roundTrip sends data, expects it back, and returns how long that took.
func roundTrip(t *testing.T, connection net.Conn, data string) time.Duration {
	t.Helper()
	began := time.Now()
	must(connection.Write([]byte(data)))(t)
	back := make([]byte, len(data))
	must(io.ReadFull(connection, back))(t)
	if string(back) != data {
		t.Fatalf("sent %q, got %q back", data, back)
	}
	return time.Since(began)
}

// ending returns what comes until the connection ends, and whether it ended by a reset.
func ending(t *testing.T, connection net.Conn) (string, bool) {
	t.Helper()
	data, err := io.ReadAll(connection)
	if err != nil && !errors.Is(err, syscall.ECONNRESET) {
		t.Fatalf("expected the connection's end, found %v", err)
	}
	return string(data), err != nil
}

func refused(proxy *toxiproxy.Proxy) bool {
	connection, err := net.DialTimeout("tcp", proxy.Listen, deadline)
	if err == nil {
		connection.Close()
	}
	return errors.Is(err, syscall.ECONNREFUSED)
}

func expectStatus(t *testing.T, err error, status int) {
	t.Helper()
	var refusal *toxiproxy.ApiError
	if !errors.As(err, &refusal) || refusal.Status != status {
		t.Fatalf("expected an error of the API with status %d, found %v", status, err)
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func must[T any](value T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		check(t, err)
		return value
	}
}
