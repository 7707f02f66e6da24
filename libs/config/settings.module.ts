/** The settings for a Nest app: `@Inject(SETTINGS) settings: Settings` anywhere. */
import { Global, Module, type DynamicModule } from '@nestjs/common';
import type { Settings } from './settings.js';

export const SETTINGS = Symbol('Settings');

@Global()
@Module({})
export class SettingsModule {
  static forRoot(settings: Settings): DynamicModule {
    return {
      module: SettingsModule,
      providers: [{ provide: SETTINGS, useValue: settings }],
      exports: [SETTINGS],
    };
  }
}
