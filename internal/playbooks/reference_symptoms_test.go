package playbooks_test

var referenceSymptoms = []item{
	{"service-unavailable", symptom, "HTTP 503 from the API", "", []string{"HTTP 503"}},
	{"service-unavailable", symptom, "health checks fail", "", []string{"Health checks fail"}},
	{"service-unavailable", symptom, "no response from endpoints", "", []string{"endpoints get no response"}},
	{"service-unavailable", symptom, "alerts", "", []string{"ServiceDown or ArmDown"}},

	{"high-latency", symptom, "responses above 5 s", "", []string{"longer than 5 seconds"}},
	{"high-latency", symptom, "task processing delays", "", []string{"Tasks are processed late"}},
	{"high-latency", symptom, "clients time out", "", []string{"Clients give up with time-outs"}},
	{"high-latency", symptom, "alert", "", []string{"HighRequestLatency"}},

	{"database-connections", symptom, "connection refused", "", []string{"connection was refused"}},
	{"database-connections", symptom, "connection time-out", "", []string{"connection timed out"}},
	{"database-connections", symptom, "errors of the driver", "", []string{"psycopg2.OperationalError or ConnectionError"}},
	{"database-connections", symptom, "alerts", "", []string{"PostgreSQLDown or HighDatabaseConnections"}},

	{"memory-leaks", symptom, "gradual increase", "", []string{"grows slowly and steadily"}},
	{"memory-leaks", symptom, "OOMKilled restarts", "", []string{"restart with the reason OOMKilled"}},
	{"memory-leaks", symptom, "swap usage", "", []string{"more and more swap"}},
	{"memory-leaks", symptom, "alert", "", []string{"HighMemoryUsage"}},

	{"task-routing", symptom, "stuck in pending", "", []string{`stay in the state "pending"`}},
	{"task-routing", symptom, "no appropriate arm", "", []string{"no appropriate arm"}},
	{"task-routing", symptom, "scores all zero", "", []string{"routing scores of a task are zero"}},
	{"task-routing", symptom, "tasks time out", "", []string{"run into their time-out"}},

	{"llm-api", symptom, "429", "", []string{"429 Too Many Requests"}},
	{"llm-api", symptom, "503 from the provider", "", []string{"503 Service Unavailable"}},
	{"llm-api", symptom, "authentication errors", "", []string{"Authentication fails"}},
	{"llm-api", symptom, "time-out errors", "", []string{"Calls run into their time-out"}},
	{"llm-api", symptom, "alert", "", []string{"HighLLMAPIErrorRate"}},

	{"cache", symptom, "low hit rate", "", []string{"hit rate is low (below 50 %)"}},
	{"cache", symptom, "memory full", "", []string{"Redis' memory is full"}},
	{"cache", symptom, "slow look-ups", "", []string{"look-ups are slow"}},
	{"cache", symptom, "alert", "", []string{"CacheMissRate"}},

	{"resource-exhaustion", symptom, "CPU at 100 %", "", []string{"CPU is at 100 %"}},
	{"resource-exhaustion", symptom, "memory at its limit", "", []string{"Memory is at its limit"}},
	{"resource-exhaustion", symptom, "disk full", "", []string{"disk is full"}},
	{"resource-exhaustion", symptom, "alerts", "", []string{"HighCPUUsage, HighMemoryUsage, DiskSpaceLow"}},

	{"security", symptom, "alert", "", []string{"SecurityViolationDetected"}},
	{"security", symptom, "PII in logs", "", []string{"(PII) is detected in logs"}},
	{"security", symptom, "commands blocked", "", []string{"Suspicious commands are blocked"}},
	{"security", symptom, "unauthorised access", "", []string{"get access without permission"}},

	{"data-corruption", symptom, "invalid data", "", []string{"holds invalid data"}},
	{"data-corruption", symptom, "foreign keys", "", []string{"Foreign keys are violated"}},
	{"data-corruption", symptom, "relationships", "", []string{"Relationships between entities are inconsistent"}},
	{"data-corruption", symptom, "malformed data", "", []string{"fails because of malformed data"}},
}

var referencePrevention = []item{
	{"service-unavailable", prevention, "health checks", "", []string{"Health checks: "}},
	{"service-unavailable", prevention, "resource reservations", "", []string{"Resource reservations: "}},
	{"service-unavailable", prevention, "monitoring", "", []string{"Monitoring: ", "ServiceDown"}},
	{"service-unavailable", prevention, "auto-restart", "", []string{"Auto-restart: ", "restart: unless-stopped"}},
	{"service-unavailable", prevention, "disruption budgets", "", []string{"Pod disruption budgets: "}},

	{"high-latency", prevention, "connection pooling", "", []string{"Connection pooling: "}},
	{"high-latency", prevention, "caching strategy", "", []string{"Caching strategy: "}},
	{"high-latency", prevention, "query optimisation", "", []string{"Query optimisation: ", "N+1"}},
	{"high-latency", prevention, "request batching", "", []string{"Request batching: "}},
	{"high-latency", prevention, "rate limiting", "", []string{"Rate limiting: "}},
	{"high-latency", prevention, "horizontal scaling", "", []string{"Horizontal scaling: "}},

	{"database-connections", prevention, "connection pooling", "", []string{"Connection pooling: "}},
	{"database-connections", prevention, "context managers", "", []string{"Context managers: ", "async with"}},
	{"database-connections", prevention, "health checks", "", []string{"Health checks: "}},
	{"database-connections", prevention, "graceful shutdown", "", []string{"Graceful shutdown: "}},
	{"database-connections", prevention, "connection time-out", "", []string{"Connection time-out: "}},
	{"database-connections", prevention, "monitoring", "", []string{"Monitoring: "}},

	{"memory-leaks", prevention, "context managers", "", []string{"Context managers: "}},
	{"memory-leaks", prevention, "bounded caches", "", []string{"Bounded caches: ", "TTLCache"}},
	{"memory-leaks", prevention, "weak references", "", []string{"Weak references: "}},
	{"memory-leaks", prevention, "regular profiling", "", []string{"Regular profiling: "}},
	{"memory-leaks", prevention, "resource limits", "", []string{"Resource limits: "}},
	{"memory-leaks", prevention, "monitoring", "", []string{"Monitoring: "}},

	{"task-routing", prevention, "health checks", "", []string{"Health checks: "}},
	{"task-routing", prevention, "registration", "", []string{"Registration: "}},
	{"task-routing", prevention, "fallback routing", "", []string{"Fallback routing: ", "planner"}},
	{"task-routing", prevention, "monitoring", "", []string{"Monitoring: "}},
	{"task-routing", prevention, "testing", "", []string{"Testing: "}},

	{"llm-api", prevention, "rate limiting", "", []string{"Rate limiting: ", "token bucket or leaky bucket"}},
	{"llm-api", prevention, "circuit breakers", "", []string{"Circuit breakers: "}},
	{"llm-api", prevention, "retries", "", []string{"Retries: ", "jitter"}},
	{"llm-api", prevention, "fallback providers", "", []string{"Fallback providers: "}},
	{"llm-api", prevention, "caching", "", []string{"Caching: "}},
	{"llm-api", prevention, "monitoring", "", []string{"Monitoring: ", "cost"}},

	{"cache", prevention, "lifetimes", "", []string{"Appropriate lifetimes: "}},
	{"cache", prevention, "cache warming", "", []string{"Cache warming: "}},
	{"cache", prevention, "consistent keys", "", []string{"Consistent keys: "}},
	{"cache", prevention, "monitoring", "", []string{"Monitoring: "}},
	{"cache", prevention, "eviction policy", "", []string{"Eviction policy: "}},

	{"resource-exhaustion", prevention, "resource limits", "", []string{"Resource limits: "}},
	{"resource-exhaustion", prevention, "auto-scaling", "", []string{"Auto-scaling: "}},
	{"resource-exhaustion", prevention, "monitoring", "", []string{"Monitoring: "}},
	{"resource-exhaustion", prevention, "log rotation", "", []string{"Log rotation: "}},
	{"resource-exhaustion", prevention, "regular cleanup", "", []string{"Regular cleanup: "}},

	{"security", prevention, "input validation", "", []string{"Input validation: "}},
	{"security", prevention, "PII detection", "", []string{"PII detection: "}},
	{"security", prevention, "audit logging", "", []string{"Audit logging: "}},
	{"security", prevention, "regular audits", "", []string{"Regular audits: "}},
	{"security", prevention, "security training", "", []string{"Security training: "}},

	{"data-corruption", prevention, "foreign keys", "", []string{"Foreign keys: "}},
	{"data-corruption", prevention, "validation", "", []string{"Validation: "}},
	{"data-corruption", prevention, "transactions", "", []string{"Transactions: "}},
	{"data-corruption", prevention, "backups", "", []string{"Backups: "}},
	{"data-corruption", prevention, "testing", "", []string{"Testing: "}},
}
