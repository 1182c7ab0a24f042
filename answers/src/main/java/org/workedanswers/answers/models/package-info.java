/** Models that a user brings: what stands in their files. */
package org.workedanswers.answers.models;
