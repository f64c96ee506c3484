import com.google.gson.Gson;
import eu.rekawek.toxiproxy.Proxy;
import eu.rekawek.toxiproxy.ToxiproxyClient;
import eu.rekawek.toxiproxy.model.Toxic;
import eu.rekawek.toxiproxy.model.ToxicDirection;
import eu.rekawek.toxiproxy.model.toxic.Bandwidth;
import eu.rekawek.toxiproxy.model.toxic.Latency;
import eu.rekawek.toxiproxy.model.toxic.LimitData;
import eu.rekawek.toxiproxy.model.toxic.ResetPeer;
import eu.rekawek.toxiproxy.model.toxic.Slicer;
import eu.rekawek.toxiproxy.model.toxic.SlowClose;
import eu.rekawek.toxiproxy.model.toxic.Timeout;
import java.io.IOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/** Uses the whole of the client for Java, and says what came of it: Witness SERVER UPSTREAM. */
public class Witness {
    private interface Call {
        void make() throws IOException;
    }

    private static final List<List<Object>> SAID = new ArrayList<>();

    private static void say(Object... words) {
        SAID.add(List.of(words));
    }

    private static boolean open(Proxy proxy) {
        String[] address = proxy.getListen().split(":");
        try (Socket ignored = new Socket(address[0], Integer.parseInt(address[1]))) {
            return true;
        } catch (IOException error) {
            return false;
        }
    }

    private static void refused(String what, Call call) {
        try {
            call.make();
            say(what, "taken");
        } catch (IOException error) {
            say(what, error.getMessage());
        }
    }

    public static void main(String[] words) throws IOException {
        String[] server = words[0].split(":");
        String upstream = words[1];
        ToxiproxyClient client = new ToxiproxyClient(server[0], Integer.parseInt(server[1]));
        say("version", client.version().contains("2.12.0"));
        Proxy proxy = client.createProxy("p", "127.0.0.1:0", upstream);
        say("created", proxy.getName(), proxy.isEnabled(), proxy.getUpstream().equals(upstream), open(proxy));
        refused("again", () -> client.createProxy("p", "127.0.0.1:0", upstream));
        refused("missing", () -> client.getProxy("q"));
        say("null", client.getProxyOrNull("q") == null);

        Latency latency = proxy.toxics().latency("latency", ToxicDirection.DOWNSTREAM, 5).setJitter(3);
        latency.setLatency(6);
        latency.setToxicity(0.5f);
        Bandwidth bandwidth = proxy.toxics().bandwidth("bandwidth", ToxicDirection.UPSTREAM, 100).setRate(200);
        SlowClose slowClose = proxy.toxics().slowClose("slow_close", ToxicDirection.UPSTREAM, 7).setDelay(8);
        Timeout timeout = proxy.toxics().timeout("timeout", ToxicDirection.UPSTREAM, 9).setTimeout(10);
        Slicer slicer = proxy.toxics().slicer("slicer", ToxicDirection.DOWNSTREAM, 10, 30);
        slicer.setSizeVariation(20).setAverageSize(11).setDelay(31);
        LimitData limit = proxy.toxics().limitData("limit_data", ToxicDirection.UPSTREAM, 1000).setBytes(1001);
        ResetPeer reset = proxy.toxics().resetPeer("reset_peer", ToxicDirection.DOWNSTREAM, 11).setTimeout(12);
        Latency found = proxy.toxics().get("latency", Latency.class);
        say("latency", found.getLatency(), found.getJitter(), found.getToxicity(), found.getStream().name());
        say("others", bandwidth.getRate(), slowClose.getDelay(), timeout.getTimeout(), limit.getBytes(), reset.getTimeout());
        say("slicer", slicer.getAverageSize(), slicer.getSizeVariation(), slicer.getDelay());
        List<String> names = new ArrayList<>();
        for (Toxic each : proxy.toxics().getAll()) {
            names.add(each.getName());
        }
        say("toxics", names);
        refused("no such toxic", () -> proxy.toxics().get("none"));
        latency.remove();
        say("left", proxy.toxics().getAll().size());

        proxy.disable();
        say("disabled", proxy.isEnabled(), open(proxy));
        proxy.enable();
        say("enabled", proxy.isEnabled(), open(proxy));
        proxy.setUpstream("127.0.0.1:2");
        say("upstream", client.getProxy("p").getUpstream());
        // Who is accepted before an upstream that nobody serves may be reset while connecting.
        proxy.setUpstream(upstream);
        proxy.setListen("127.0.0.1:0");
        say("listen", open(client.getProxy("p")));
        client.reset();
        say("reset", proxy.toxics().getAll().size(), client.getProxies().size());
        proxy.delete();
        say("deleted", client.getProxies().size());
        System.out.println(new Gson().toJson(SAID));
    }
}
