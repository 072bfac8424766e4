import { setTimeout as wait } from 'node:timers/promises';
import { type Attributes, defaultTextMapGetter, ROOT_CONTEXT, SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { type ExportResult, ExportResultCode, W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type ReadableSpan,
  type Sampler,
  type SpanExporter,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { SettingsError } from '../settings.ts';
import type { Observer } from './batches.ts';
import type { End, Observed } from './observed.ts';

/** Tells a collector of OpenTelemetry about requests. */
export interface Traces {
  /** A request that has ended is one span. Probes and `/metrics` make none. */
  readonly observe: Observer;
  /** Sends what has not been sent, and waits two seconds at most for whoever takes it. */
  end(): Promise<void>;
}

/** Longest wait for the collector when the server ends, in milliseconds. */
const lastSendMs = 2_000;

/** What load balancers and Prometheus ask every second or two tells nothing. */
const untraced: ReadonlySet<string> = new Set(['/health', '/ready', '/metrics']);

/**
 * Spans over OTLP (JSON by HTTP), made when a request is done, from what was observed of it: the ordinary path is not
 * wrapped. They wait in a queue of 2,048 and are dropped beyond, so that a collector that is away costs no memory.
 */
export function startTraces(environment: NodeJS.ProcessEnv, endpoint: string): Traces {
  const named = resourceFromAttributes({ 'service.name': 'llm-inference-calculator' });
  const fromEnvironment = detectResources({ detectors: [envDetector] });
  const provider = new TracerProvider({
    resource: defaultResource().merge(named).merge(fromEnvironment),
    sampler: samplerOf(environment),
    spanProcessors: [new BatchSpanProcessor({ exporter: new ReportingExporter(new OTLPTraceExporter(), endpoint) })],
  });
  const tracer = provider.getTracer('llm-inference-calculator');
  const propagator = new W3CTraceContextPropagator();
  const trace = (observed: Observed) => {
    const { method, path, traceHeaders, began, kind, end } = observed;
    if (end === null || untraced.has(path)) return;
    const caller = propagator.extract(ROOT_CONTEXT, traceHeaders ?? {}, defaultTextMapGetter);
    // Names that clients choose are attributes: there would be no end of span names.
    const name = kind ?? method;
    const attributes = attributesOf(observed, end);
    const span = tracer.startSpan(name, { kind: SpanKind.SERVER, startTime: began, attributes }, caller);
    if (end.status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end(began + end.milliseconds);
  };
  return {
    observe: (ended) => ended.forEach(trace),
    async end() {
      // A collector that does not take them has been reported by the exporter.
      const sent = provider.shutdown().catch(() => undefined);
      await Promise.race([sent, wait(lastSendMs)]);
    },
  };
}

/** Names of the semantic conventions where there are any, and `calculator.` where there are none. */
function attributesOf(
  { id, address, method, path, kind, operation, caller, refusedBy, hasErrors }: Observed,
  { status, aborted, nodes, estimates }: End,
): Attributes {
  return {
    'http.request.method': method,
    'url.path': path,
    'http.response.status_code': status,
    'client.address': address,
    'graphql.operation.type': kind ?? undefined,
    'graphql.operation.name': operation ?? undefined,
    'calculator.request_id': id,
    'calculator.nodes': nodes,
    'calculator.estimates': estimates,
    'calculator.key': caller?.key ?? undefined,
    'calculator.refused_by': refusedBy ?? undefined,
    'calculator.errors': hasErrors || undefined,
    'calculator.aborted': aborted || undefined,
  };
}

/** Says once that the collector is away, and once that it is back: the SDK itself is silent. */
class ReportingExporter implements SpanExporter {
  readonly #exporter: SpanExporter;
  readonly #endpoint: string;
  #isAway = false;

  constructor(exporter: SpanExporter, endpoint: string) {
    this.#exporter = exporter;
    this.#endpoint = endpoint;
  }

  export(spans: ReadableSpan[], done: (result: ExportResult) => void): void {
    this.#exporter.export(spans, (result) => {
      const isAway = result.code !== ExportResultCode.SUCCESS;
      if (isAway && !this.#isAway) {
        console.error(`Traces do not reach ${this.#endpoint}: ${result.error?.message ?? 'no reason given'}`);
      }
      if (!isAway && this.#isAway) console.error(`Traces reach ${this.#endpoint} again`);
      this.#isAway = isAway;
      done(result);
    });
  }

  shutdown(): Promise<void> {
    return this.#exporter.shutdown();
  }
}

/** OTEL_TRACES_SAMPLER, which this part of the SDK leaves to its users. */
function samplerOf({ OTEL_TRACES_SAMPLER, OTEL_TRACES_SAMPLER_ARG }: NodeJS.ProcessEnv): Sampler {
  const name = OTEL_TRACES_SAMPLER || 'parentbased_always_on';
  const roots: Readonly<Record<string, () => Sampler>> = {
    always_on: () => new AlwaysOnSampler(),
    always_off: () => new AlwaysOffSampler(),
    traceidratio: () => new TraceIdRatioBasedSampler(ratio(OTEL_TRACES_SAMPLER_ARG || '1')),
  };
  const root = roots[name.replace(/^parentbased_/, '')];
  if (root === undefined) {
    const known = Object.keys(roots).flatMap((each) => [each, `parentbased_${each}`]);
    throw new SettingsError(`OTEL_TRACES_SAMPLER=${name} must be one of ${known.join(', ')}`);
  }
  return name.startsWith('parentbased_') ? new ParentBasedSampler({ root: root() }) : root();
}

function ratio(text: string): number {
  const value = Number(text);
  if (value >= 0 && value <= 1) return value;
  throw new SettingsError(`OTEL_TRACES_SAMPLER_ARG=${text} must be between 0 and 1`);
}
