package witness

import (
	"net/http"
	"testing"
)

// Types that only our server knows are used through the same client; the real one does not run it.
func TestOwnTypesOfToxicWorkThroughTheSameClient(t *testing.T) {
	proxy := proxied(t, server(t))
	add(t, proxy, "http_status", attributes{"status": 418})
	answer := must(http.Get("http://" + proxy.Listen + "/"))(t)
	defer answer.Body.Close()
	if answer.StatusCode != 418 {
		t.Fatalf("expected the injected 418, found %d", answer.StatusCode)
	}
	must(proxy.UpdateToxic("http_status_upstream", 1, attributes{"status": 503}))(t)
	add(t, proxy, "connect_refuse", nil)
	if !refused(proxy) {
		t.Fatal("connect_refuse let a connection in")
	}
	check(t, proxy.RemoveToxic("connect_refuse_upstream"))
	answer = must(http.Get("http://" + proxy.Listen + "/"))(t)
	defer answer.Body.Close()
	if answer.StatusCode != 503 {
		t.Fatalf("expected the changed 503, found %d", answer.StatusCode)
	}
}
