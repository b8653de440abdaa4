package symptoms

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"wardroom/internal/config"
	"wardroom/internal/errs"
	"wardroom/internal/playbooks"
	"wardroom/internal/postgres"
	"wardroom/internal/postgres/dbgen"
	"wardroom/internal/timeline"
)

// Catalogue knows which playbooks fit an alert.
type Catalogue interface {
	Candidates(labels, annotations map[string]string) []playbooks.Candidate
}

// Config is what a service needs.
type Config struct {
	DB        *postgres.DB
	Ledger    *timeline.Ledger
	Bell      timeline.Bell
	Catalogue Catalogue
	Log       *slog.Logger
	File      config.File
	Interval  time.Duration // between polls; 0: 15 s
}

// Service takes in what sources report and answers what is wrong now.
type Service struct {
	Config
	sources []source
	client  *http.Client

	stop    context.CancelFunc
	running sync.WaitGroup
}

// source is a configured source.
type source struct {
	config.Source
	token        *[sha256.Size]byte // of its webhook; nil: polled only
	environments []string
}

// New returns a service that has not been started. It reads the webhooks' tokens, once;
// two sources with one token are an error.
func New(c Config) (*Service, error) {
	if c.Interval == 0 {
		c.Interval = 15 * time.Second
	}
	s := &Service{Config: c, client: newClient()}
	for _, configured := range c.File.Sources {
		from := source{Source: configured, environments: c.File.ForSource(configured.Name)}
		if configured.TokenFile != "" {
			token, err := os.ReadFile(configured.TokenFile)
			if err != nil {
				return nil, fmt.Errorf("symptoms: token of source %s: %w", configured.Name, err)
			}
			sum := sha256.Sum256([]byte(strings.TrimSpace(string(token))))
			if _, taken := s.byToken(sum); taken {
				return nil, fmt.Errorf("symptoms: source %s has the token of another source", configured.Name)
			}
			from.token = &sum
		}
		s.sources = append(s.sources, from)
	}
	return s, nil
}

// byToken compares with every source, in a time that says nothing about any.
func (s *Service) byToken(sum [sha256.Size]byte) (found source, ok bool) {
	for _, from := range s.sources {
		if from.token != nil && subtle.ConstantTimeCompare(from.token[:], sum[:]) == 1 {
			found, ok = from, true
		}
	}
	return found, ok
}

// environment is where the source's alerts belong. A label can only choose among those
// that name the source: it is foreign text.
func (s source) environment(labels map[string]string) string {
	switch {
	case len(s.environments) == 1:
		return s.environments[0]
	case slices.Contains(s.environments, labels["environment"]):
		return labels["environment"]
	default:
		return ""
	}
}

func (s source) polled() bool { return s.URL != "" }

// register makes the sources' rows, which are also the locks of their groups, and gives up
// those that are not configured any more.
func (s *Service) register(ctx context.Context) error {
	for _, from := range s.sources {
		err := s.DB.RegisterSource(ctx, dbgen.RegisterSourceParams{Name: from.Name, SourceGroup: from.Group, Kind: from.Kind})
		if err != nil {
			return fmt.Errorf("symptoms: register source %s: %w", from.Name, postgres.MapError(err))
		}
	}
	return s.abandon(ctx)
}

func (s *Service) names() []string {
	names := make([]string, len(s.sources))
	for i, from := range s.sources {
		names[i] = from.Name
	}
	return names
}

func (s *Service) configured(name string) bool {
	return slices.ContainsFunc(s.sources, func(from source) bool { return from.Name == name })
}

// errRefused is the same for every wrong token.
var errRefused = errs.New(errs.Unauthenticated, "No source has this token.")
