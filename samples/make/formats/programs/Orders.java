import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.logging.Level;
import java.util.logging.Logger;

/** java.util.logging as it comes, causes, a suppressed exception, and two uncaught ones. */
public class Orders {
    private static final Logger log = Logger.getLogger("shop.orders");

    static void load(int id) {
        if (id % 3 == 0) throw new IllegalStateException("order " + id + " is locked");
        log.info("order " + id + " loaded");
    }

    static void serve(int id) {
        try {
            load(id);
        } catch (IllegalStateException e) {
            throw new RuntimeException("cannot serve order " + id, e);
        }
    }

    public static void main(String[] arguments) throws Exception {
        for (int id = 1; id <= 6; id++) {
            try {
                serve(id);
            } catch (RuntimeException e) {
                log.log(Level.SEVERE, "request failed", e);
            }
            if (id == 4) log.log(Level.WARNING, "slow query: {0} ms", 1234);
        }
        Thread worker = new Thread(() -> {
            IOException full = new IOException("disk full", new NoSuchFileException("data/orders.db"));
            RuntimeException died = new RuntimeException("worker died", full);
            died.addSuppressed(new Exception("close failed"));
            throw died;
        }, "worker-1");
        worker.start();
        worker.join();
        Object nothing = null;
        nothing.toString();
    }
}
