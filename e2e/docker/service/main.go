// Program service is everything that runs in the containers of these tests. It is linked
// statically, so that an image needs nothing else.
package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"time"

	"golang.org/x/sys/unix"
)

func main() { os.Exit(run(os.Args[1:])) }

func run(args []string) int {
	if len(args) == 0 {
		return usage()
	}
	switch args[0] {
	case "serve": // NAME ADDRESS
		if len(args) == 3 {
			return serve(args[1], args[2])
		}
	case "health": // URL
		if len(args) == 2 {
			return health(args[1])
		}
	case "crash":
		fmt.Fprintln(os.Stderr, "fatal: the configuration is missing")
		return 3
	}
	return usage()
}

func usage() int {
	fmt.Fprintln(os.Stderr, "usage: service serve NAME ADDRESS | health URL | crash")
	return 2
}

// serve answers like a part of OctoLLM, and writes a log as one would.
func serve(name, address string) int {
	ctx, stop := signal.NotifyContext(context.Background(), unix.SIGTERM)
	defer stop()
	server := &http.Server{Addr: address, ReadHeaderTimeout: time.Second}
	server.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(os.Stdout, "%s GET %s\n", name, r.URL.Path)
		fmt.Fprintf(w, "{\"service\": %q, \"status\": \"healthy\"}\n", name) //nolint:gosec // the name is the project's own
	})
	go func() {
		<-ctx.Done()
		_ = server.Close()
	}()
	for _, line := range []string{
		"ready on " + address, "routing task-1 to planner-arm", "request violates policy: ValidationError", "QueuePool limit reached, connection timed out",
		"llm call failed with 429, retry-after 20, rate limit", "401 unauthorized", "violation: blocked command rm", "PII detected in task-1",
	} {
		fmt.Fprintf(os.Stdout, "%s %s\n", name, line)
	}
	_ = server.ListenAndServe() // until it is closed, or at once: then the container is seen to end
	return 0
}

// health asks the container's own service, as there is no curl.
func health(url string) int {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody) //nolint:gosec // the project's own health check
	if err != nil {
		return 2
	}
	client := http.Client{}
	answer, err := client.Do(request) //nolint:gosec // as above
	if err != nil {
		return 1
	}
	_ = answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return 1
	}
	return 0
}
