package witness

import (
	"io"
	"strings"
	"testing"
	"time"

	toxiproxy "github.com/Shopify/toxiproxy/v2/client"
)

type attributes = toxiproxy.Attributes

func add(t *testing.T, proxy *toxiproxy.Proxy, kind string, given attributes) *toxiproxy.Toxic {
	t.Helper()
	return must(proxy.AddToxic("", kind, "upstream", 1, given))(t)
}

func TestEveryTypeOfToxicIsAddedListedChangedAndRemoved(t *testing.T) {
	proxy := proxied(t, server(t))
	cases := []struct {
		kind, attribute string
		before, after   int
	}{
		{"latency", "latency", 5, 7},
		{"bandwidth", "rate", 100, 200},
		{"slow_close", "delay", 5, 7},
		{"timeout", "timeout", never, never + 1},
		{"reset_peer", "timeout", 5, 7},
		{"slicer", "average_size", 100, 200},
		{"limit_data", "bytes", 100, 200},
	}
	for _, each := range cases {
		added := must(proxy.AddToxic("t", each.kind, "", 0.5, attributes{each.attribute: each.before}))(t)
		if added.Name != "t" || added.Type != each.kind || added.Stream != "downstream" || added.Toxicity != 0.5 {
			t.Fatalf("%s: asked for t, downstream, 0.5, found %+v", each.kind, added)
		}
		_, err := proxy.AddToxic("t", "noop", "", 1, nil)
		if err == nil {
			t.Fatalf("%s: a second toxic got the same name", each.kind)
		}
		changed := must(proxy.UpdateToxic("t", 0.25, attributes{each.attribute: each.after}))(t)
		if changed.Toxicity != 0.25 || changed.Attributes[each.attribute] != float64(each.after) {
			t.Fatalf("%s: asked for %d and 0.25, found %+v", each.kind, each.after, changed)
		}
		kept := must(proxy.UpdateToxic("t", -1, attributes{each.attribute: each.before}))(t)
		if kept.Toxicity != 0.25 || kept.Attributes[each.attribute] != float64(each.before) {
			t.Fatalf("%s: asked for %d alone, found %+v", each.kind, each.before, kept)
		}
		if listed := must(proxy.Toxics())(t); len(listed) != 1 || listed[0].Type != each.kind {
			t.Fatalf("%s: found %v in the list", each.kind, listed)
		}
		check(t, proxy.RemoveToxic("t"))
		expectStatus(t, proxy.RemoveToxic("t"), 404)
	}
}

func TestToxicsOfBothStreamsAreListedUpstreamFirst(t *testing.T) {
	client := server(t)
	proxy := proxied(t, client)
	for _, stream := range []string{"downstream", "upstream"} {
		must(proxy.AddToxic("", "noop", stream, 1, nil))(t)
	}
	active := must(client.Proxy("p"))(t).ActiveToxics
	if len(active) != 2 || active[0].Name != "noop_upstream" || active[1].Name != "noop_downstream" {
		t.Fatalf("expected both, upstream first, found %v", active)
	}
}

func TestTheClientsShortcutsByNameWork(t *testing.T) {
	client := server(t)
	proxied(t, client)
	options := &toxiproxy.ToxicOptions{
		ProxyName: "p", ToxicName: "t", ToxicType: "latency", Stream: "upstream",
		Toxicity: 1, Attributes: attributes{"latency": 5},
	}
	must(client.AddToxic(options))(t)
	options.Attributes = attributes{"jitter": 3}
	merged := must(client.UpdateToxic(options))(t).Attributes
	if merged["latency"] != 5.0 || merged["jitter"] != 3.0 {
		t.Fatalf("expected latency 5 kept and jitter 3, found %v", merged)
	}
	check(t, client.RemoveToxic(options))
}

func TestMistakesAreRefusedWithTheirStatus(t *testing.T) {
	proxy := proxied(t, server(t))
	_, err := proxy.AddToxic("", "no_such_type", "", 1, nil)
	expectStatus(t, err, 400)
	_, err = proxy.AddToxic("", "noop", "sideways", 1, nil)
	expectStatus(t, err, 400)
	_, err = proxy.AddToxic("", "latency", "", 1, attributes{"latency": "five"})
	expectStatus(t, err, 400)
	_, err = proxy.UpdateToxic("nobody", 1, nil)
	expectStatus(t, err, 404)
}

func TestLatencyDelaysUntilItIsRemovedAndToxicityZeroSpares(t *testing.T) {
	proxy := proxied(t, server(t))
	connection := dial(t, proxy)
	add(t, proxy, "latency", attributes{"latency": 50})
	if took := roundTrip(t, connection, "late"); took < 50*time.Millisecond {
		t.Fatalf("expected 50 ms or more, found %v", took)
	}
	must(proxy.UpdateToxic("latency_upstream", 0, attributes{"latency": never}))(t)
	roundTrip(t, dial(t, proxy), "spared")
	check(t, proxy.RemoveToxic("latency_upstream"))
	roundTrip(t, connection, "in time")
}

func TestBandwidthLimitsTheRate(t *testing.T) {
	proxy := proxied(t, server(t))
	add(t, proxy, "bandwidth", attributes{"rate": 100})
	// 10 KB at 100 KB/s.
	if took := roundTrip(t, dial(t, proxy), strings.Repeat("x", 10_000)); took < 90*time.Millisecond {
		t.Fatalf("expected about 100 ms or more, found %v", took)
	}
}

func TestSlicerKeepsEveryByteInOrder(t *testing.T) {
	proxy := proxied(t, server(t))
	add(t, proxy, "slicer", attributes{"average_size": 7, "size_variation": 3, "delay": 10})
	roundTrip(t, dial(t, proxy), strings.Repeat("every byte, in order; ", 50))
}

func TestTimeoutDropsDataAndCloses(t *testing.T) {
	proxy := proxied(t, server(t))
	add(t, proxy, "timeout", attributes{"timeout": 50})
	connection := dial(t, proxy)
	must(connection.Write([]byte("dropped")))(t)
	if data, _ := ending(t, connection); data != "" {
		t.Fatalf("expected nothing, found %q", data)
	}
}

func TestResetPeerResets(t *testing.T) {
	proxy := proxied(t, server(t))
	add(t, proxy, "reset_peer", attributes{"timeout": 0})
	connection := dial(t, proxy)
	must(connection.Write([]byte("reset me")))(t)
	if data, reset := ending(t, connection); data != "" || !reset {
		t.Fatalf("expected a reset alone, found %q and reset=%v", data, reset)
	}
}

func TestLimitDataClosesAfterExactlySoManyBytes(t *testing.T) {
	proxy := proxied(t, server(t))
	must(proxy.AddToxic("", "limit_data", "downstream", 1, attributes{"bytes": 4}))(t)
	connection := dial(t, proxy)
	must(connection.Write([]byte("much too long")))(t)
	if data, _ := ending(t, connection); data != "much" {
		t.Fatalf("expected 4 bytes, found %q", data)
	}
}

func TestSlowCloseDelaysTheEndAlone(t *testing.T) {
	proxy := proxied(t, server(t))
	add(t, proxy, "slow_close", attributes{"delay": 50})
	connection := dial(t, proxy)
	roundTrip(t, connection, "in time")
	began := time.Now()
	check(t, connection.(interface{ CloseWrite() error }).CloseWrite())
	must(io.ReadAll(connection))(t)
	if took := time.Since(began); took < 50*time.Millisecond {
		t.Fatalf("expected the end after 50 ms or more, found %v", took)
	}
}
