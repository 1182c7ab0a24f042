/**
 * Tests of what no module can test alone: {@link org.workedanswers.house.RoomsTest}, who may know
 * whom; {@link org.workedanswers.house.LauncherTest}, what {@code ./study} does before Java runs.
 */
package org.workedanswers.house;
