package symptoms

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"wardroom/internal/postgres"
)

const (
	maxAnswer   = 8 << 20
	pollTimeout = 5 * time.Second
	settledFor  = 5 * time.Minute
)

func newClient() *http.Client {
	return &http.Client{
		Timeout:   pollTimeout,
		Transport: &http.Transport{Proxy: http.ProxyFromEnvironment, MaxIdleConnsPerHost: 1, IdleConnTimeout: time.Minute},
		// A source is where the environments file says it is.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Start registers the sources and begins to poll each in a goroutine of its own, so that
// one that hangs holds up nobody. It must be followed by Stop; ctx ending stops it too.
func (s *Service) Start(ctx context.Context) error {
	if err := s.register(ctx); err != nil {
		return err
	}
	began, err := s.DB.Now(ctx)
	if err != nil {
		return fmt.Errorf("symptoms: start: %w", postgres.MapError(err))
	}
	ctx, s.stop = context.WithCancel(ctx)
	for _, from := range s.sources {
		if from.polled() {
			s.running.Go(func() { s.watch(ctx, from, began) })
		}
	}
	return nil
}

// Stop ends polling and waits until the last poll is over.
func (s *Service) Stop() {
	s.stop()
	s.running.Wait()
	s.client.CloseIdleConnections()
}

func (s *Service) watch(ctx context.Context, from source, began time.Time) {
	ticker := time.NewTicker(s.Interval)
	defer ticker.Stop()
	for {
		if err := s.poll(ctx, from, began); err != nil && ctx.Err() == nil {
			s.Log.WarnContext(ctx, "source not polled", "source_name", from.Name, "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// poll asks the source once. Without an answer it notes why and, when the source has been
// without word for too long, that its symptoms are unknown.
func (s *Service) poll(ctx context.Context, from source, began time.Time) error {
	w, err := s.ask(ctx, from)
	if err == nil {
		return s.take(ctx, from, w)
	}
	return errors.Join(err, s.miss(ctx, from, began, plain(err)))
}

// ask reads the alerts and then the status: an Alertmanager that restarted in between is
// young in the second answer, and its empty list proves nothing.
func (s *Service) ask(ctx context.Context, from source) (word, error) {
	asked, err := s.DB.Now(ctx)
	if err != nil {
		return word{}, fmt.Errorf("symptoms: poll: %w", postgres.MapError(err))
	}
	w := word{asked: asked}
	body, _, err := s.get(ctx, from, "alerts")
	if err != nil {
		return word{}, err
	}
	if w.listing, err = parseAlerts(body); err != nil {
		return word{}, err
	}
	body, date, err := s.get(ctx, from, "status")
	if err != nil {
		return word{}, err
	}
	if w.upSince, err = parseStatus(body); err != nil {
		return word{}, err
	}
	// Both by its own clock; ours may differ.
	w.settled = date.Sub(w.upSince) >= settledFor
	return w, nil
}

// get reads one resource of the source's API and the date of the answer.
func (s *Service) get(ctx context.Context, from source, resource string) (body []byte, date time.Time, err error) {
	address, err := url.JoinPath(from.URL, "api/v2", resource)
	if err != nil {
		return nil, date, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return nil, date, err
	}
	response, err := s.client.Do(request)
	if err != nil {
		return nil, date, err
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return nil, date, fmt.Errorf("%s answers %s", resource, response.Status)
	}
	body, err = io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	if err != nil {
		return nil, date, fmt.Errorf("%s broke off: %w", resource, err)
	}
	if len(body) > maxAnswer {
		return nil, date, fmt.Errorf("%s answers more than %d MiB", resource, maxAnswer>>20)
	}
	if date, err = http.ParseTime(response.Header.Get("Date")); err != nil {
		date = time.Time{} // then it is never settled
	}
	return body, date, nil
}

// plain is the reason that people read: without the address, which may hold a password.
func plain(err error) string {
	if failed, ok := errors.AsType[*url.Error](err); ok {
		err = failed.Err
	}
	return err.Error()
}
