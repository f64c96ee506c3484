// Package witness runs Toxiproxy's own client for Go, unchanged, against a server of its API.
//
// It knows nothing of which server that is: test_clients.py runs it against ours and the real one.
package witness

import (
	"testing"

	toxiproxy "github.com/Shopify/toxiproxy/v2/client"
)

func TestAProxyIsCreatedFoundChangedAndDeleted(t *testing.T) {
	client := server(t)
	proxy := proxied(t, client)
	roundTrip(t, dial(t, proxy), "through")

	_, err := client.CreateProxy("p", "127.0.0.1:0", proxy.Upstream)
	expectStatus(t, err, 409)
	found := must(client.Proxy("p"))(t)
	if found.Listen != proxy.Listen || found.Upstream != proxy.Upstream || !found.Enabled {
		t.Fatalf("created %+v, found %+v", proxy, found)
	}
	if all := must(client.Proxies())(t); len(all) != 1 || all["p"] == nil {
		t.Fatalf("expected p alone, found %v", all)
	}

	live := dial(t, found)
	roundTrip(t, live, "before the change")
	found.Upstream = echo(t)
	check(t, found.Save())
	ending(t, live)
	roundTrip(t, dial(t, found), "after the change")

	check(t, found.Delete())
	if !refused(found) {
		t.Fatal("a deleted proxy still listens")
	}
	_, err = client.Proxy("p")
	expectStatus(t, err, 404)
}

func TestADisabledProxyRefusesAndAnEnabledOneListensWhereItDid(t *testing.T) {
	proxy := proxied(t, server(t))
	live := dial(t, proxy)
	roundTrip(t, live, "before")
	where := proxy.Listen
	check(t, proxy.Disable())
	ending(t, live)
	if !refused(proxy) {
		t.Fatal("a disabled proxy still listens")
	}
	check(t, proxy.Enable())
	if proxy.Listen != where {
		t.Fatalf("listened at %s, now at %s", where, proxy.Listen)
	}
	roundTrip(t, dial(t, proxy), "after")
}

func TestPopulateCreatesWhatIsNewAndReplacesWhatDiffers(t *testing.T) {
	client := server(t)
	first, second := echo(t), echo(t)
	made := must(client.Populate([]toxiproxy.Proxy{
		{Name: "one", Listen: "127.0.0.1:0", Upstream: first, Enabled: true},
		{Name: "two", Listen: "127.0.0.1:0", Upstream: first, Enabled: true},
	}))(t)
	if len(made) != 2 || made[0].Name != "one" || made[1].Name != "two" {
		t.Fatalf("expected one and two, found %v", made)
	}
	must(made[0].AddToxic("kept", "noop", "", 1, nil))(t)
	must(made[1].AddToxic("lost", "noop", "", 1, nil))(t)
	again := must(client.Populate([]toxiproxy.Proxy{
		{Name: "one", Listen: made[0].Listen, Upstream: first, Enabled: true},
		{Name: "two", Listen: made[1].Listen, Upstream: second, Enabled: true},
	}))(t)
	if len(again[0].ActiveToxics) != 1 || len(again[1].ActiveToxics) != 0 {
		t.Fatalf("expected the toxic of one alone, found %v and %v", again[0], again[1])
	}
	for _, proxy := range again {
		roundTrip(t, dial(t, proxy), "populated")
	}
	_, err := client.Populate([]toxiproxy.Proxy{{Name: "nowhere"}})
	expectStatus(t, err, 400)
}

func TestResetRemovesToxicsAndEnablesProxies(t *testing.T) {
	client := server(t)
	proxy := proxied(t, client)
	must(proxy.AddToxic("", "latency", "", 1, toxiproxy.Attributes{"latency": never}))(t)
	check(t, proxy.Disable())
	check(t, client.ResetState())
	found := must(client.Proxy("p"))(t)
	if !found.Enabled || len(found.ActiveToxics) != 0 {
		t.Fatalf("expected it enabled and without toxics, found %+v", found)
	}
	roundTrip(t, dial(t, found), "after the reset")
}
