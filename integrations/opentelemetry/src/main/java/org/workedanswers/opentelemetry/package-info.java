/**
 * {@code rag}'s steps as spans and metrics for whatever reads OpenTelemetry: {@link
 * org.workedanswers.opentelemetry.TelemetryObserver}.
 */
package org.workedanswers.opentelemetry;
