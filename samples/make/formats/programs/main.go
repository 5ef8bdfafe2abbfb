// Go's log, log/slog as text and as JSON, and two panics.
package main

import (
	"errors"
	"fmt"
	"log"
	"log/slog"
	"os"
	"sync"
)

type Order struct{ Items []int }

func third(o *Order) int { return o.Items[3] }

func main() {
	switch os.Args[1] {
	case "std":
		standard()
	case "text":
		structured(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug}))
	case "json":
		structured(slog.NewJSONHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug, AddSource: true}))
	case "panic":
		log.Print("serving on :8080")
		var workers sync.WaitGroup
		workers.Add(1)
		go func() { defer workers.Done(); log.Print("worker started"); fmt.Println(third(&Order{Items: []int{1, 2}})) }()
		workers.Wait()
	case "nil":
		log.Print("serving on :8080")
		var order *Order
		fmt.Println(third(order))
	}
}

func standard() {
	for i := 1; i <= 12; i++ {
		log.Printf("order %d placed", i)
	}
	log.SetFlags(log.Ldate | log.Ltime | log.Lmicroseconds | log.Lshortfile | log.LUTC)
	log.SetPrefix("shop: ")
	for i := 1; i <= 8; i++ {
		log.Printf("order %d: payment failed: %v", i, errors.New("card declined"))
	}
	log.Fatalf("cannot listen: %v", errors.New("address already in use"))
}

func structured(handler slog.Handler) {
	l := slog.New(handler).With("service", "shop")
	for i := 1; i <= 10; i++ {
		l.Debug("loading order", "order_id", i)
		l.Info("order placed", "order_id", i, "total", 12.5*float64(i), slog.Group("customer", "id", 40+i, "name", `O'Neil "Al"`))
		if i%4 == 0 {
			l.Warn("slow query", "duration_ms", 120*i, "sql", "select *\nfrom orders")
			l.Error("payment failed", "order_id", i, "err", fmt.Errorf("charge: %w", errors.New("card declined")))
		}
	}
}
