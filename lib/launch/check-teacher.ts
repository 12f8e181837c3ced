import { access } from 'node:fs/promises';
import type { Env } from '@/lib/env';
import { backendOf, type RecipeConfig } from '@/lib/recipes/recipe-config';
import { teacherCheckpoint } from '@/lib/recipes/teacher-checkpoint';
import { teacherStateFile } from '@/lib/services/embedded/embedded-teacher';
import type { PreflightCheck } from './launch';

/** The checkpoint that a distilling recipe learns from is there; no check for other recipes. */
export async function checkTeacher(env: Env, config: RecipeConfig): Promise<readonly PreflightCheck[]> {
  const teacher = teacherCheckpoint(config);
  if (teacher === null || backendOf(config) !== 'embedded') return [];
  const { path, checkpoint } = teacher;
  // the rules say so already
  if (checkpoint === null) return [];
  const check = { id: 'teacher', title: 'Teacher', path };
  const file = teacherStateFile(env.dataDir, checkpoint);
  try {
    await access(file);
    return [{ ...check, status: 'passed', detail: `${file} is there.` }];
  } catch {
    const detail = `${file} cannot be read. Name a checkpoint of a run, such as checkpoints/run-12/step-300 below ${env.dataDir}.`;
    return [{ ...check, status: 'failed', detail }];
  }
}
